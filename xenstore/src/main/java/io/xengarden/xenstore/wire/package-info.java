/**
 * xenstore's wire format: {@link io.xengarden.xenstore.wire.Wire} serves one message of one
 * connection. Rings and sockets share it.
 *
 * <p>It knows nothing of how messages travel, nor of actors; what it cannot do itself it asks of
 * {@link io.xengarden.xenstore.wire.Rings}. Any bytes are answered, none can hurt.
 */
package io.xengarden.xenstore.wire;
