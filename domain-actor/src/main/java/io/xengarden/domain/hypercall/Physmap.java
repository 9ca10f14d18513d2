package io.xengarden.domain.hypercall;

import io.xengarden.abi.Errno;
import io.xengarden.domain.vcpu.LiveDomain;
import io.xengarden.hypervisor.gnttab.GrantTable;
import io.xengarden.machine.GuestMemory;
import java.util.Arrays;

/**
 * A domain's frames as it may change them: its RAM, by the balloon; and where it sees the frames
 * that are Xen's, shared_info and its grant table, each at one gfn at most. Those are refused a gfn
 * that holds RAM; Xen would free that page.
 */
final class Physmap {
  /**
   * Pieces that a domain's RAM may be in. A balloon that takes every other page would otherwise
   * make each change, and each access, slower for the host.
   */
  static final int MAX_FRAGMENTS = 4096;

  private static final long NOWHERE = -1;

  private final LiveDomain domain;
  private final GuestMemory memory;
  private long sharedInfoGfn;
  private int grantFrames = 1;
  private long[] grantGfns = {};
  private long ramPages;
  private long ramEnd;

  /** An upper bound on the pieces RAM is in. */
  private int fragments = 1;

  /** A domain as it comes from the builder: shared_info is the first frame above RAM. */
  Physmap(LiveDomain domain) {
    this.domain = domain;
    this.memory = domain.memory();
    this.sharedInfoGfn = domain.xen().pages();
    this.ramPages = domain.xen().pages();
    this.ramEnd = domain.xen().pages();
  }

  // ---- RAM ----

  /** Frames the domain has now. */
  long ramPages() {
    return ramPages;
  }

  /** One past the highest gfn that is RAM, or was. */
  long ramEnd() {
    return ramEnd;
  }

  /**
   * Whether a gfn may be populated, or given back. RAM stays below as many gfns as the host has
   * frames, since a log of dirty pages covers it.
   */
  boolean mayChange(long gfn, boolean grow) {
    long limit = Math.min(memory.host().frameCount(), GuestMemory.MAX_FRAMES);
    if (gfn < 0 || gfn >= limit || isXens(gfn)) {
      return false;
    }
    return memory.isMapped(gfn) != grow && fragments < MAX_FRAGMENTS;
  }

  void populate(long gfn, long mfn, long count) {
    for (long at = gfn; at < gfn + count; at++) {
      if (isXens(at)) { // put there while the frames were under way
        memory.unmap(at, 1);
        forget(at);
      }
    }
    boolean joinsLeft = gfn > 0 && memory.mfn(gfn - 1) == mfn - 1;
    boolean joinsRight = memory.mfn(gfn + count) == mfn + count;
    memory.map(gfn, mfn, count);
    fragments += 1 - (joinsLeft ? 1 : 0) - (joinsRight ? 1 : 0);
    ramEnd = Math.max(ramEnd, gfn + count);
  }

  /** Takes frames out of the map; they are the hypervisor's again when it has been told. */
  void depopulate(long gfn, long count) {
    memory.unmap(gfn, count);
    boolean left = gfn > 0 && isRam(gfn - 1);
    boolean right = isRam(gfn + count);
    fragments += (left ? 1 : 0) + (right ? 1 : 0) - 1;
  }

  /** The hypervisor has given, or taken, frames. */
  void changed(long pages) {
    ramPages += pages;
  }

  private boolean isRam(long gfn) {
    return memory.isMapped(gfn) && !isXens(gfn);
  }

  // ---- Xen's frames ----

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
    return gfn >= 0 && gfn < GuestMemory.MAX_FRAMES && (isXens(gfn) || !memory.isMapped(gfn));
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
