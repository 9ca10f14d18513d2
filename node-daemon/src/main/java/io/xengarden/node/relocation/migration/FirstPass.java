package io.xengarden.node.relocation.migration;

import io.xengarden.machine.Memory;
import io.xengarden.node.image.PageSource;
import java.nio.ByteBuffer;

/**
 * The first round: every frame that the guest has and that is not all zeros, in portions. The dirty
 * log runs already, so a page that is written behind its being looked at comes again.
 */
final class FirstPass implements Pass {
  /** Frames looked at for one portion at most, so that a large empty guest does not hold up. */
  private static final int MAX_LOOKS = 16_384;

  private static final ByteBuffer ZEROS =
      ByteBuffer.allocateDirect(Memory.PAGE_SIZE).asReadOnlyBuffer();

  private final PageSource pages;
  private final long frames;
  private long next;

  FirstPass(PageSource pages, long frames) {
    this.pages = pages;
    this.frames = frames;
  }

  @Override
  public boolean isOver() {
    return next >= frames;
  }

  @Override
  public long looked() {
    return next;
  }

  @Override
  public int next(long[] gfns) {
    int found = 0;
    for (int looks = 0; looks < MAX_LOOKS && found < gfns.length && next < frames; looks++) {
      long gfn = next++;
      if (pages.isPresent(gfn) && pages.page(gfn).mismatch(ZEROS.duplicate()) >= 0) {
        gfns[found++] = gfn;
      }
    }
    return found;
  }
}
