/**
 * The block frontend. {@link io.xengarden.domain.pebble.blkfront.Block} is what programs use:
 * submit, kick, take back; {@link io.xengarden.domain.pebble.blkfront.Shadow} keeps each request
 * until then, so that it can be issued again after a resume; the Vbd… routines are its part of the
 * xenbus handshake.
 *
 * <p>A backend is trusted with its own disk's contents and nothing else: no index, id or status
 * that it sends leads outside the records here.
 */
package io.xengarden.domain.pebble.blkfront;
