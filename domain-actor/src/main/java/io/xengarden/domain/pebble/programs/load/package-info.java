/**
 * Programs that make a guest busy in one way each: CPU time ({@code burn}), memory in use ({@code
 * fill}), memory written ({@code dirty}), a little of everything each second ({@code counter}).
 *
 * <p>They know no device.
 */
package io.xengarden.domain.pebble.programs.load;
