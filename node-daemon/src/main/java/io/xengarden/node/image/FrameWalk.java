package io.xengarden.node.image;

import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;

/**
 * Finds the frames that a save or a first pre-copy round has to carry: those the guest has and that
 * are not all zeros, from the lowest. In later rounds a page that has become zero has to be sent,
 * so they do not walk.
 *
 * <p>Over a running guest the dirty log must have been started before: a page found zero and
 * written right afterwards is then dirty, and goes with the next round.
 */
public final class FrameWalk {
  private static final ByteBuffer ZEROS =
      ByteBuffer.allocateDirect(Memory.PAGE_SIZE).asReadOnlyBuffer();

  private final PageSource pages;
  private final long frames;
  private long next;

  public FrameWalk(PageSource pages, long frames) {
    this.pages = pages;
    this.frames = frames;
  }

  /**
   * Fills {@code gfns} from its start and says with how many; 0 at the end. May be asked for as few
   * as suits the caller's turn.
   */
  public int next(long[] gfns) {
    int found = 0;
    while (found < gfns.length && next < frames) {
      long gfn = next++;
      if (pages.isPresent(gfn) && !isZero(pages.page(gfn))) {
        gfns[found++] = gfn;
      }
    }
    return found;
  }

  private static boolean isZero(ByteBuffer page) {
    return page.mismatch(ZEROS.duplicate()) < 0;
  }
}
