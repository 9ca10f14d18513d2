package io.xengarden.node.image;

import java.nio.ByteBuffer;

/**
 * Where a decoder puts a guest's pages. It is only ever asked for frames below the count that
 * {@link ImageEvent.P2mFrames} gave. The same frame may come again in a later batch: the last one
 * counts. Frames that never come read as zero.
 */
public interface PageSink {
  /**
   * A buffer with exactly 4096 bytes remaining, which the decoder fills from position on, perhaps
   * over several calls of {@link ImageDecoder#next}.
   */
  ByteBuffer page(long gfn, PageType type);

  /** All 4096 bytes are in the buffer that {@link #page} gave for this frame. */
  default void filled(long gfn) {}

  /** The stream names a frame that has no content: BROKEN, XALLOC or XTAB. */
  default void withoutContent(long gfn, PageType type) {}
}
