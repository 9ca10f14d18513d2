/**
 * hvc0: the console's ring page in both directions, with back-pressure, and the line discipline on
 * it. {@link io.xengarden.domain.pebble.console.Console} moves bytes, {@link
 * io.xengarden.domain.pebble.console.Tty} makes lines of them, {@link
 * io.xengarden.domain.pebble.console.Terminal} is what programs print to.
 *
 * <p>Knows no shell: it hands over finished lines and ends the foreground task on ^C.
 */
package io.xengarden.domain.pebble.console;
