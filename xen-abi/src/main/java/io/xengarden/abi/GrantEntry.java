package io.xengarden.abi;

import io.xengarden.machine.Memory;

/**
 * An entry of a version 1 grant table: flags u16, domid u16, frame u32. Flags and domid are changed
 * together by one 32-bit compare-and-swap, since Xen and the guest both write the flags. Source:
 * xen/include/public/grant_table.h.
 */
public final class GrantEntry {
  public static final int FLAGS = 0;
  public static final int DOMID = 2;
  public static final int FRAME = 4;
  public static final int SIZE = 8;

  public static final int INVALID = 0;
  public static final int PERMIT_ACCESS = 1;
  public static final int ACCEPT_TRANSFER = 2;
  public static final int TRANSITIVE = 3;
  public static final int TYPE_MASK = 3;
  public static final int READONLY = 1 << 2;

  /** Set by Xen while the grant is mapped or copied from. */
  public static final int READING = 1 << 3;

  /** Set by Xen while the grant is mapped writable or copied to. */
  public static final int WRITING = 1 << 4;

  public static final int SUB_PAGE = 1 << 8;

  /** References below this are the toolstack's. */
  public static final int RESERVED_ENTRIES = 8;

  public static final int CONSOLE_REF = 0;
  public static final int XENSTORE_REF = 1;
  public static final int ENTRIES_PER_FRAME = Memory.PAGE_SIZE / SIZE;

  private GrantEntry() {}

  /** The address of entry {@code gref} in a table that lies at {@code base}. */
  public static long at(long base, int gref) {
    return base + Integer.toUnsignedLong(gref) * SIZE;
  }

  /** Flags and domid as the one word that is compared and swapped. */
  public static int header(int flags, int domid) {
    return flags & 0xffff | domid << 16;
  }

  public static int flags(int header) {
    return header & 0xffff;
  }

  public static int domid(int header) {
    return header >>> 16;
  }

  /** The header; the frame that belongs to it is seen after this. */
  public static int readHeader(Memory memory, long entry) {
    return memory.getIntAcquire(entry);
  }

  /** The granted frame, a u32. */
  public static long readFrame(Memory memory, long entry) {
    return Integer.toUnsignedLong(memory.getInt(entry + FRAME));
  }

  /** Fills a free entry: the frame first, then the header that makes it valid. */
  public static void write(Memory memory, long entry, int header, int frame) {
    memory.putInt(entry + FRAME, frame);
    memory.putIntRelease(entry, header);
  }

  /** Guest: takes a grant back. False, and nothing changed, while it is in use. */
  public static boolean endAccess(Memory memory, long entry) {
    while (true) {
      int header = memory.getIntAcquire(entry);
      if ((header & (READING | WRITING)) != 0) {
        return false;
      }
      if (memory.compareAndSetInt(entry, header, 0)) {
        return true;
      }
    }
  }
}
