package io.xengarden.hypervisor.gnttab;

import io.xengarden.abi.Domid;
import io.xengarden.machine.GuestMemory;

/**
 * One domain's grant table, version 1. Guest side: its frames. Mapper side: {@link GrantAccess}.
 */
public final class GrantTable {
  /** Frames of 512 entries; Xen's default limit. */
  public static final int MAX_FRAMES = 64;

  public GrantTable(Domid owner, GuestMemory memory, GuestMemory frames, long firstFrameMfn) {
    throw new UnsupportedOperationException();
  }

  /** The frame behind entries {@code 512 * index} on; the guest maps it by add_to_physmap. */
  public long frameMfn(int index) {
    throw new UnsupportedOperationException();
  }

  /** Writes an entry on behalf of the builder (console and xenstore pages). */
  public void seed(int gref, Domid to, long gfn) {
    throw new UnsupportedOperationException();
  }

  /** What {@code mapper} may do with this table; usable from any thread. */
  public GrantAccess access(Domid mapper) {
    throw new UnsupportedOperationException();
  }

  /** Mappings alive now. */
  public int activeMappings() {
    throw new UnsupportedOperationException();
  }
}
