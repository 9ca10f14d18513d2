/**
 * The overlay: how frames of guests get from host to host. {@link
 * io.xengarden.node.overlay.OverlayPeers} tells bridges and link which hosts there are; {@link
 * io.xengarden.node.overlay.FrameOwners} tells bridges whose frames are whose.
 *
 * <p>Knows no socket: that is the adapter's.
 */
package io.xengarden.node.overlay;
