/**
 * The network frontend, and the host behind it. {@link io.xengarden.domain.pebble.netfront.Net} is
 * what programs use; the Vif… routines are its part of the xenbus handshake; {@link
 * io.xengarden.domain.pebble.netfront.NetThread} serves the rings, so that a flood of frames never
 * keeps the guest from its own work.
 *
 * <p>Neither a backend nor what comes over the wire is trusted: no index, id, size or address that
 * they send leads outside the records here.
 */
package io.xengarden.domain.pebble.netfront;
