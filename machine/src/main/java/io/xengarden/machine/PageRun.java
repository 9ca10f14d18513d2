package io.xengarden.machine;

import java.nio.ByteBuffer;

/**
 * Pages that lie one behind the other in a host's RAM, as one stretch of bytes: what a guest sees
 * as one buffer is mostly that, and one operation on it costs less than one on each page. Addresses
 * start with the first page's. The pages are held, and told that they are {@linkplain Memory#filled
 * filled}, by whoever holds the run. For one thread.
 */
public final class PageRun {
  private PageView first;
  private PageView last;
  private int pages;

  /** Begins anew with one page. */
  public void start(PageView page) {
    first = page;
    last = page;
    pages = 1;
  }

  /** Takes a further page in, if it lies right behind the last one; false and nothing if not. */
  public boolean extend(PageView page) {
    if (!last.isFollowedBy(page)) {
      return false;
    }
    last = page;
    pages++;
    return true;
  }

  /** A read-only buffer over bytes inside the run, valid while its pages are held. */
  public ByteBuffer readBuffer(long address, int length) {
    return buffer(first.locate(0, 0), address, length).asReadOnlyBuffer();
  }

  /** A buffer to fill bytes inside the run, whose pages are all writable. */
  public ByteBuffer writeBuffer(long address, int length) {
    return buffer(first.locateForWrite(0, 0), address, length);
  }

  private ByteBuffer buffer(long base, long address, int length) {
    long size = (long) pages << Memory.PAGE_SHIFT;
    if (address < 0 || length < 0 || address > size - length) {
      throw new MemoryFault("outside the run of pages", address);
    }
    return first.bytes(base + address, length);
  }
}
