package io.xengarden.machine;

import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * A domain's pseudo-physical memory: guest frames (gfn) mapped to host frames (mfn) in extents.
 *
 * <p>Ownership: the domain's thread maps, unmaps and writes through this view. Other threads may
 * read through it, and write through {@link #page} views. A log starts and stops in the owner's
 * turn, so the owner's own writes need no fence to see it.
 */
public final class GuestMemory extends Memory {
  /** Guest frames there can be, 1 TiB: guests choose where their grant and shared frames appear. */
  public static final long MAX_FRAMES = 1L << 28;

  private final HostMemory host;
  private volatile P2m p2m = P2m.EMPTY;
  private volatile DirtyLog log;

  public GuestMemory(HostMemory host) {
    super(host.ram());
    this.host = host;
  }

  public HostMemory host() {
    return host;
  }

  /** One byte past the highest mapped frame. */
  @Override
  public long size() {
    return p2m.end() << PAGE_SHIFT;
  }

  /** Maps {@code count} frames of the host's RAM; the guest frames must be free. Owner only. */
  public void map(long gfn, long mfn, long count) {
    requireFrames("guest", gfn, count, MAX_FRAMES);
    requireFrames("host", mfn, count, host.frameCount());
    p2m = p2m.with(gfn, mfn, count);
  }

  /** Takes frames out of the map, whole extents or parts of them. Owner only. */
  public void unmap(long gfn, long count) {
    requireFrames("guest", gfn, count, MAX_FRAMES);
    p2m = p2m.without(gfn, count);
  }

  private static void requireFrames(String whose, long first, long count, long limit) {
    if (first < 0 || count <= 0 || count > limit || first > limit - count) {
      throw new IllegalArgumentException(
          whose + " frames " + first + "+" + count + " not in 0.." + limit);
    }
  }

  /** The host frame behind a guest frame, or -1. */
  public long mfn(long gfn) {
    return p2m.mfn(gfn);
  }

  /** Whether a guest frame is mapped. */
  public boolean isMapped(long gfn) {
    return p2m.mfn(gfn) >= 0;
  }

  /** One page as others see it: a grant's or a foreign map's view. Faults if not mapped. */
  public PageView page(long gfn, boolean writable) {
    long mfn = p2m.mfn(gfn);
    if (mfn < 0) {
      throw new MemoryFault("no page", gfn << PAGE_SHIFT);
    }
    return new PageView(this, gfn, mfn, writable);
  }

  /** Starts a log of gfn 0 to {@code frameCount - 1} in which nothing is dirty yet. Owner only. */
  public DirtyLog startDirtyLog(long frameCount) {
    requireFrames("guest", 0, frameCount, MAX_FRAMES);
    log = new DirtyLog(frameCount);
    VarHandle.fullFence();
    return log;
  }

  public void stopDirtyLog() {
    log = null;
  }

  @Override
  long locate(long address, int length) {
    return p2m.locate(address, length);
  }

  @Override
  long locateForWrite(long address, int length) {
    return p2m.locate(address, length);
  }

  @Override
  void wrote(long address) {
    DirtyLog current = log;
    if (current != null) {
      current.mark(address >>> PAGE_SHIFT);
    }
  }

  /** A write from another thread: ordered before the look at the log, see {@link PageView}. */
  void wroteFromOutside(long gfn) {
    VarHandle.fullFence();
    DirtyLog current = log;
    if (current != null) {
      current.mark(gfn);
    }
  }

  /** Sorted, disjoint, merged extents; immutable. */
  private record P2m(long[] gfns, long[] mfns, long[] counts) {
    static final P2m EMPTY = new P2m(new long[0], new long[0], new long[0]);

    long end() {
      int last = gfns.length - 1;
      return last < 0 ? 0 : gfns[last] + counts[last];
    }

    long mfn(long gfn) {
      int extent = find(gfn);
      return extent < 0 ? -1 : mfns[extent] + (gfn - gfns[extent]);
    }

    long locate(long address, int length) {
      long gfn = address >>> PAGE_SHIFT;
      int inPage = (int) (address & (PAGE_SIZE - 1));
      int extent = find(gfn);
      if (extent < 0 || length < 0 || length > PAGE_SIZE - inPage) {
        throw new MemoryFault("no page", address);
      }
      return ((mfns[extent] + (gfn - gfns[extent])) << PAGE_SHIFT) + inPage;
    }

    private int find(long gfn) {
      if (gfns.length > 0 && gfn >= gfns[0] && gfn - gfns[0] < counts[0]) {
        return 0; // nearly every access: the domain's RAM is one extent
      }
      int at = Arrays.binarySearch(gfns, gfn);
      int extent = at >= 0 ? at : -at - 2;
      return extent >= 0 && gfn - gfns[extent] < counts[extent] ? extent : -1;
    }

    P2m with(long gfn, long mfn, long count) {
      P2m.Builder builder = new P2m.Builder(gfns.length + 1);
      boolean placed = false;
      for (int i = 0; i < gfns.length; i++) {
        if (!placed && gfn < gfns[i]) {
          builder.add(gfn, mfn, count);
          placed = true;
        }
        builder.add(gfns[i], mfns[i], counts[i]);
      }
      if (!placed) {
        builder.add(gfn, mfn, count);
      }
      return builder.build();
    }

    P2m without(long gfn, long count) {
      P2m.Builder builder = new P2m.Builder(gfns.length + 1);
      for (int i = 0; i < gfns.length; i++) {
        long end = gfns[i] + counts[i];
        long keepBefore = Math.min(end, gfn) - gfns[i];
        if (keepBefore > 0) {
          builder.add(gfns[i], mfns[i], keepBefore);
        }
        long after = Math.max(gfns[i], gfn + count);
        if (after < end) {
          builder.add(after, mfns[i] + (after - gfns[i]), end - after);
        }
      }
      return builder.build();
    }

    private static final class Builder {
      private final long[] gfns;
      private final long[] mfns;
      private final long[] counts;
      private int size;

      Builder(int capacity) {
        gfns = new long[capacity];
        mfns = new long[capacity];
        counts = new long[capacity];
      }

      void add(long gfn, long mfn, long count) {
        int last = size - 1;
        if (last >= 0 && gfns[last] + counts[last] > gfn) {
          throw new IllegalArgumentException("guest frame " + gfn + " is mapped already");
        }
        if (last >= 0 && gfns[last] + counts[last] == gfn && mfns[last] + counts[last] == mfn) {
          counts[last] += count;
          return;
        }
        gfns[size] = gfn;
        mfns[size] = mfn;
        counts[size++] = count;
      }

      P2m build() {
        return new P2m(
            Arrays.copyOf(gfns, size), Arrays.copyOf(mfns, size), Arrays.copyOf(counts, size));
      }
    }
  }
}
