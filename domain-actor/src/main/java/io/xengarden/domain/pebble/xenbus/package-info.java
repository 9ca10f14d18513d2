/**
 * The guest's side of xenbus and of the toolstack's control nodes. {@link
 * io.xengarden.domain.pebble.xenbus.Xenwatch} is the thread that all of it runs on: it looks at
 * what watches have marked, one thing after the other, and always at the present state, never at
 * what an event said.
 *
 * <p>Knows the handshake that all devices share, not what a device does: see {@link
 * io.xengarden.domain.pebble.xenbus.DeviceKind}.
 */
package io.xengarden.domain.pebble.xenbus;
