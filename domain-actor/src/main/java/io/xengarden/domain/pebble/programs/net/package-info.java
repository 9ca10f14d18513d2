/**
 * Commands of the network: {@link io.xengarden.domain.pebble.programs.net.Ping} and {@link
 * io.xengarden.domain.pebble.programs.net.Ip}, which print as Linux's do.
 *
 * <p>They know interfaces through {@link io.xengarden.domain.pebble.netfront.Net} only, never
 * rings.
 */
package io.xengarden.domain.pebble.programs.net;
