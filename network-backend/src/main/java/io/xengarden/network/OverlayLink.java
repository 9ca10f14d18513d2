package io.xengarden.network;

import java.util.UUID;

/**
 * The way of frames between the hosts of a cluster: the port of the overlay. It may lose, repeat
 * and overtake, as Ethernet may; it must not block, and must not grow without bound.
 *
 * <p>A production link keeps one queue of at most {@link #MAX_QUEUED} frames for each peer and one
 * stream that empties it; a frame that finds the queue full, or the peer unknown or away, is
 * dropped.
 */
public interface OverlayLink {
  /** Frames that may wait for one peer. */
  int MAX_QUEUED = 1_024;

  /** Frames from other hosts go to {@code input} from now on. Once, before the first send. */
  void open(OverlayInput input);

  /**
   * Takes a frame for another host. Any thread; never blocks, never throws.
   *
   * @return false when it was dropped; true says nothing of its arrival
   */
  boolean send(String peer, OverlayFrame frame);

  /** Where frames from other hosts arrive. */
  @FunctionalInterface
  interface OverlayInput {
    /** Any thread; never blocks. What is not welcome is dropped and counted. */
    void received(String fromHost, OverlayFrame frame);
  }

  /**
   * A frame on its way, with whose it is.
   *
   * @param bridge the bridge it was sent on; it is for the bridge of that name at the other end
   * @param uuid the domain that sent it
   * @param epoch of the ownership under which the sending host ran that domain; at least 1
   */
  record OverlayFrame(String bridge, UUID uuid, long epoch, Frame frame) {}

  /** For a host without peers. */
  static OverlayLink none() {
    return new OverlayLink() {
      @Override
      public void open(OverlayInput input) {}

      @Override
      public boolean send(String peer, OverlayFrame frame) {
        return false;
      }
    };
  }
}
