package io.xengarden.machine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Which guest frames were written since their bit was last cleared. Writers mark after their bytes
 * are in memory; the one reader clears a bit and then copies the page.
 */
public final class DirtyLog {
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] words;
  private final long frameCount;

  DirtyLog(long frameCount) {
    this.frameCount = frameCount;
    this.words = new long[Math.toIntExact((frameCount + 63) >>> 6)];
  }

  /** Frames covered, from gfn 0. */
  public long frameCount() {
    return frameCount;
  }

  /**
   * Marks a frame. Always a read-modify-write: a cheaper "is it set already" load could be served
   * before the writer's own store is visible, and the write would be lost. Frames past the log are
   * not guest RAM (shared_info, grant frames) and are made anew on the other side.
   */
  void mark(long gfn) {
    if (gfn >= frameCount) {
      return;
    }
    WORD.getAndBitwiseOr(words, (int) (gfn >>> 6), 1L << gfn);
  }

  /** The bits of frames {@code 64 * word} to {@code 64 * word + 63}, cleared as they are read. */
  public long takeWord(int word) {
    return (long) WORD.getAndSet(words, word, 0L);
  }

  public int wordCount() {
    return words.length;
  }

  /** Frames dirty now; exact only while nobody writes. */
  public long count() {
    long dirty = 0;
    for (int word = 0; word < words.length; word++) {
      dirty += Long.bitCount((long) WORD.getVolatile(words, word));
    }
    return dirty;
  }
}
