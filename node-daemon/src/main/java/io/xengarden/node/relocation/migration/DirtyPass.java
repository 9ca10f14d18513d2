package io.xengarden.node.relocation.migration;

import io.xengarden.machine.DirtyLog;
import io.xengarden.node.image.PageSource;

/**
 * A later round: the frames written since they were last copied. A frame's bit is cleared when it
 * is handed out, so whoever copies it does so afterwards, and what is written then marks it anew.
 */
final class DirtyPass implements Pass {
  private final DirtyLog log;
  private final PageSource pages;
  private int nextWord;
  private long taken;
  private int takenWord;

  DirtyPass(DirtyLog log, PageSource pages) {
    this.log = log;
    this.pages = pages;
  }

  @Override
  public boolean isOver() {
    return taken == 0 && nextWord >= log.wordCount();
  }

  @Override
  public long looked() {
    return Math.min(log.frameCount(), (long) nextWord << 6);
  }

  @Override
  public int next(long[] gfns) {
    int found = 0;
    while (found < gfns.length && !isOver()) {
      if (taken == 0) {
        takenWord = nextWord++;
        taken = log.takeWord(takenWord);
      } else {
        long gfn = ((long) takenWord << 6) + Long.numberOfTrailingZeros(taken);
        taken &= taken - 1;
        if (pages.isPresent(gfn)) {
          gfns[found++] = gfn;
        }
      }
    }
    return found;
  }
}
