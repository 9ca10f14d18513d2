/**
 * Our own commands, found by {@link io.xengarden.cli.garden.GardenCommands}: the cluster's life,
 * running commands in guests, events, the demo. They share nothing with the dialects but {@code
 * toolstack} and {@code command}.
 */
package io.xengarden.cli.garden;
