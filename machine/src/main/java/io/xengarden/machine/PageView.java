package io.xengarden.machine;

/**
 * One page of a guest as someone outside the guest sees it: a backend through a grant, a daemon
 * through a mapped ring. Addresses run from 0 to 4095. Usable from any thread.
 *
 * <p>A write is followed by a full fence before the look at the guest's log: either the writer sees
 * a log that has just started, or the page's first copy, taken after the start, holds the bytes.
 */
public final class PageView extends Memory {
  private final GuestMemory owner;
  private final long gfn;
  private final long base;
  private final boolean writable;

  PageView(GuestMemory owner, long gfn, long mfn, boolean writable) {
    super(owner.host().ram());
    this.owner = owner;
    this.gfn = gfn;
    this.base = mfn << PAGE_SHIFT;
    this.writable = writable;
  }

  public long gfn() {
    return gfn;
  }

  /** Whether a page lies right behind this one in the same host's RAM, open to the same use. */
  boolean isFollowedBy(PageView next) {
    return next.owner.host() == owner.host()
        && next.base == base + PAGE_SIZE
        && next.writable == writable;
  }

  @Override
  public long size() {
    return PAGE_SIZE;
  }

  @Override
  long locate(long address, int length) {
    if (address < 0 || length < 0 || address > PAGE_SIZE - length) {
      throw new MemoryFault("outside the page", address);
    }
    return base + address;
  }

  @Override
  long locateForWrite(long address, int length) {
    if (!writable) {
      throw new MemoryFault("read-only page", address);
    }
    return locate(address, length);
  }

  @Override
  void wrote(long address) {
    owner.wroteFromOutside(gfn);
  }
}
