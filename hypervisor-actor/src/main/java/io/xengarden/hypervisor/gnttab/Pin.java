package io.xengarden.hypervisor.gnttab;

import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.MemoryFault;
import io.xengarden.machine.PageView;

/**
 * One grant entry in use: its page, found once, and how often it is used. Guarded by the table's
 * monitor; the views, once there, belong to whoever uses the pin.
 */
final class Pin {
  final int gref;
  final int mapper;
  final long gfn;
  final long mfn;
  int users;
  int writers;
  Pin next;
  private PageView readable;
  private PageView writable;

  Pin(int gref, int mapper, long gfn, long mfn) {
    this.gref = gref;
    this.mapper = mapper;
    this.gfn = gfn;
    this.mfn = mfn;
  }

  PageView view(boolean write) {
    return write ? writable : readable;
  }

  /** Makes the view for this way of access; false when the guest has moved the page meanwhile. */
  boolean ensureView(GuestMemory memory, boolean write) {
    if (view(write) != null) {
      return true;
    }
    PageView view;
    try {
      view = memory.page(gfn, write);
    } catch (MemoryFault gone) {
      return false;
    }
    if (memory.mfn(gfn) != mfn) {
      return false;
    }
    if (write) {
      writable = view;
    } else {
      readable = view;
    }
    return true;
  }
}
