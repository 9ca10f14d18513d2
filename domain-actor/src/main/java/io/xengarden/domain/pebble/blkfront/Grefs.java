package io.xengarden.domain.pebble.blkfront;

import io.xengarden.abi.BlkifRing;
import io.xengarden.abi.GrantEntry;
import io.xengarden.domain.pebble.kernel.MapGrants;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.machine.Memory;

/**
 * Grant references of disks: each slot has a fixed range, one reference for the ring and eleven for
 * each request. Nothing to allocate, nothing to leak.
 */
final class Grefs {
  private static final int FIRST = 16;
  private static final int PER_SLOT = 384;

  private Grefs() {}

  static int ring(int slot) {
    return FIRST + slot * PER_SLOT;
  }

  static int segment(int slot, int request, int segment) {
    return ring(slot) + 1 + request * BlkifRing.MAX_SEGMENTS + segment;
  }

  /** Frames of the grant table that a slot's references reach. */
  static int frames(int slot) {
    return (ring(slot) + PER_SLOT - 1) / GrantEntry.ENTRIES_PER_FRAME + 1;
  }

  static void grant(Vcpu v, int gref, int domid, Access access, long address) {
    int flags =
        GrantEntry.PERMIT_ACCESS | (access == Access.BACKEND_READS ? GrantEntry.READONLY : 0);
    GrantEntry.write(
        v.memory(),
        GrantEntry.at(MapGrants.table(v), gref),
        GrantEntry.header(flags, domid),
        (int) (address >>> Memory.PAGE_SHIFT));
  }

  /** Takes a grant back; false while the backend uses it. */
  static boolean end(Vcpu v, int gref) {
    long entry = GrantEntry.at(MapGrants.table(v), gref);
    return GrantEntry.readHeader(v.memory(), entry) == 0 || GrantEntry.endAccess(v.memory(), entry);
  }

  /** Takes back whatever a slot has granted; false while the backend uses any of it. */
  static boolean endAll(Vcpu v, int slot) {
    boolean all = true;
    for (int gref = ring(slot); gref < ring(slot) + PER_SLOT; gref++) {
      all &= end(v, gref);
    }
    return all;
  }

  /** What the backend may do with a page. */
  enum Access {
    BACKEND_READS,
    BACKEND_WRITES
  }
}
