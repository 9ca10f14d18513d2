/**
 * Attaching to a domain's console: {@link io.xengarden.cli.console.ConsoleSession} joins it to this
 * terminal, {@link io.xengarden.cli.console.ConsoleCall} to a program. Nothing here knows a
 * dialect.
 */
package io.xengarden.cli.console;
