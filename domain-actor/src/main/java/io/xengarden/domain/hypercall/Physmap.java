package io.xengarden.domain.hypercall;

import io.xengarden.abi.Errno;
import io.xengarden.domain.vcpu.LiveDomain;
import io.xengarden.hypervisor.gnttab.GrantTable;
import io.xengarden.machine.GuestMemory;
import java.util.Arrays;

/**
 * Where a domain sees the frames that are Xen's: shared_info and its grant table, each at one gfn
 * at most. A gfn that holds RAM is refused; Xen would free that page.
 */
final class Physmap {
  /** Guest frames have numbers below this: 52 bits of physical address, as on x86-64. */
  static final long MAX_GFN = 1L << 40;

  private static final long NOWHERE = -1;

  private final LiveDomain domain;
  private final GuestMemory memory;
  private long sharedInfoGfn;
  private int grantFrames = 1;
  private long[] grantGfns = {};

  /** A domain as it comes from the builder: shared_info is the first frame above RAM. */
  Physmap(LiveDomain domain) {
    this.domain = domain;
    this.memory = domain.memory();
    this.sharedInfoGfn = domain.xen().pages();
  }

  /** Frames of the grant table in use; it grows by being asked for more. */
  int grantFrames() {
    return grantFrames;
  }

  /** Makes the grant table as large as {@code frames}; at most {@link GrantTable#MAX_FRAMES}. */
  void growGrants(int frames) {
    grantFrames = Math.max(grantFrames, frames);
  }

  /** Where a frame of the grant table is mapped; -1 when nowhere. */
  long grantGfn(int index) {
    return index < grantGfns.length ? grantGfns[index] : NOWHERE;
  }

  long placeSharedInfo(long gfn) {
    if (!isFree(gfn)) {
      return Errno.EINVAL.result();
    }
    move(sharedInfoGfn, gfn, domain.xen().sharedInfoMfn());
    sharedInfoGfn = gfn;
    return 0;
  }

  long placeGrantFrame(long index, long gfn) {
    if (index < 0 || index >= GrantTable.MAX_FRAMES || !isFree(gfn)) {
      return Errno.EINVAL.result();
    }
    int frame = (int) index;
    growGrants(frame + 1);
    if (grantGfns.length <= frame) {
      int length = grantGfns.length;
      grantGfns = Arrays.copyOf(grantGfns, frame + 1);
      Arrays.fill(grantGfns, length, frame + 1, NOWHERE);
    }
    move(grantGfns[frame], gfn, domain.xen().grants().frameMfn(frame));
    grantGfns[frame] = gfn;
    return 0;
  }

  /** XENMEM_remove_from_physmap: takes one of Xen's frames out of the map. */
  long remove(long gfn) {
    if (!isXens(gfn)) {
      return Errno.EINVAL.result();
    }
    memory.unmap(gfn, 1);
    forget(gfn);
    return 0;
  }

  private void move(long from, long to, long mfn) {
    if (from == to) {
      return;
    }
    if (isXens(to)) {
      memory.unmap(to, 1);
      forget(to);
    }
    if (from != NOWHERE) {
      memory.unmap(from, 1);
    }
    memory.map(to, mfn, 1);
  }

  /** Where one of Xen's frames may go: on nothing, or in place of another of them. */
  private boolean isFree(long gfn) {
    return gfn >= 0 && gfn < MAX_GFN && (isXens(gfn) || !memory.isMapped(gfn));
  }

  private boolean isXens(long gfn) {
    if (gfn < 0) {
      return false;
    }
    for (long mapped : grantGfns) {
      if (mapped == gfn) {
        return true;
      }
    }
    return gfn == sharedInfoGfn;
  }

  private void forget(long gfn) {
    if (sharedInfoGfn == gfn) {
      sharedInfoGfn = NOWHERE;
    }
    for (int i = 0; i < grantGfns.length; i++) {
      if (grantGfns[i] == gfn) {
        grantGfns[i] = NOWHERE;
      }
    }
  }
}
