/**
 * xenconsoled: serves every guest's console ring, keeps the logs, lets clients attach, and runs
 * commands in a guest's shell. Main type: {@link io.xengarden.node.console.ConsoleDaemon}. It knows
 * a guest by its ring page and event channel only, and nothing of how clients are reached.
 */
package io.xengarden.node.console;
