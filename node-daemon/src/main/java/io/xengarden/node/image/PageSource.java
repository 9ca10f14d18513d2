package io.xengarden.node.image;

import java.nio.ByteBuffer;

/** Where an encoder finds a guest's pages. */
@FunctionalInterface
public interface PageSource {
  /**
   * The content of a frame: 4096 bytes between position and limit, read at once and only once. It
   * may be the live page itself: the encoder's copy is the only one that is made.
   */
  ByteBuffer page(long gfn);

  /** Whether the guest has this frame at all. One it has not (ballooned out) is never saved. */
  default boolean isPresent(long gfn) {
    return true;
  }
}
