/**
 * The overlay over gRPC: {@link io.xengarden.node.overlay.adapter.GrpcOverlay}. An adapter: threads
 * and sockets are its own. Frames that come in are checked here, and owners by the bridges.
 */
package io.xengarden.node.overlay.adapter;
