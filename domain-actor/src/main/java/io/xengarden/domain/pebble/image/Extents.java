package io.xengarden.domain.pebble.image;

import io.xengarden.machine.Memory;

/**
 * The kernel's page allocator: a sorted table of the extents of guest frames in use. An allocation
 * is one contiguous extent, first fit; neighbours merge, so the table stays short. One step at most
 * {@link Layout#EXTENT_COUNT} entries long, whatever the size of RAM.
 */
public final class Extents extends Record {
  private static final int COUNT = 0x00;
  private static final int FIRST = 0x10;
  private static final int SIZE = 16;

  public Extents(Memory memory) {
    super(memory, Layout.EXTENTS);
  }

  /** The first gfn of {@code count} contiguous free pages now in use, or -1. */
  public long allocate(long count, long ramPages) {
    if (count <= 0 || count > ramPages) {
      return -1;
    }
    int used = int32(COUNT);
    long candidate = 0;
    int at = 0;
    while (at < used && gfn(at) - candidate < count) {
      candidate = end(at++);
    }
    boolean fits = at < used || ramPages - candidate >= count;
    return fits && insert(at, candidate, count) ? candidate : -1;
  }

  /** Marks an extent in use that is known to be free; false when the table is full. */
  public boolean reserve(long gfn, long count) {
    int at = 0;
    while (at < int32(COUNT) && gfn(at) < gfn) {
      at++;
    }
    return insert(at, gfn, count);
  }

  /** Gives back a part or the whole of what was allocated. False when the table is full. */
  public boolean free(long gfn, long count) {
    for (int at = 0; at < int32(COUNT); at++) {
      if (gfn >= gfn(at) && gfn + count <= end(at)) {
        return cut(at, gfn, count);
      }
    }
    throw new IllegalStateException("free of gfn " + gfn + "+" + count + " that is not in use");
  }

  public long pagesInUse() {
    long pages = 0;
    for (int at = 0; at < int32(COUNT); at++) {
      pages += int64(entry(at) + 8);
    }
    return pages;
  }

  private boolean cut(int at, long gfn, long count) {
    long before = gfn - gfn(at);
    long after = end(at) - (gfn + count);
    if (before > 0 && after > 0) {
      if (!shiftUp(at + 1)) {
        return false;
      }
      put(at + 1, gfn + count, after);
      put(at, gfn(at), before);
    } else if (before > 0) {
      put(at, gfn(at), before);
    } else if (after > 0) {
      put(at, gfn + count, after);
    } else {
      shiftDown(at);
    }
    return true;
  }

  private boolean insert(int at, long gfn, long count) {
    boolean joinsBefore = at > 0 && end(at - 1) == gfn;
    boolean joinsAfter = at < int32(COUNT) && gfn(at) == gfn + count;
    if (joinsBefore && joinsAfter) {
      put(at - 1, gfn(at - 1), end(at) - gfn(at - 1));
      shiftDown(at);
    } else if (joinsBefore) {
      put(at - 1, gfn(at - 1), gfn + count - gfn(at - 1));
    } else if (joinsAfter) {
      put(at, gfn, end(at) - gfn);
    } else if (shiftUp(at)) {
      put(at, gfn, count);
    } else {
      return false;
    }
    return true;
  }

  private boolean shiftUp(int from) {
    int used = int32(COUNT);
    if (used == Layout.EXTENT_COUNT) {
      return false;
    }
    for (int at = used; at > from; at--) {
      put(at, gfn(at - 1), int64(entry(at - 1) + 8));
    }
    int32(COUNT, used + 1);
    return true;
  }

  private void shiftDown(int from) {
    int last = int32(COUNT) - 1;
    for (int at = from; at < last; at++) {
      put(at, gfn(at + 1), int64(entry(at + 1) + 8));
    }
    int32(COUNT, last);
  }

  private void put(int at, long gfn, long count) {
    int64(entry(at), gfn);
    int64(entry(at) + 8, count);
  }

  private long gfn(int at) {
    return int64(entry(at));
  }

  private long end(int at) {
    return int64(entry(at)) + int64(entry(at) + 8);
  }

  private static int entry(int at) {
    return FIRST + at * SIZE;
  }
}
