package io.xengarden.domain.pebble.blkfront;

import io.xengarden.abi.BlkifRing;
import io.xengarden.abi.GrantEntry;
import io.xengarden.domain.pebble.kernel.Grants;
import io.xengarden.domain.pebble.kernel.Vcpu;

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

  /** Takes back whatever a slot has granted; false while the backend uses any of it. */
  static boolean endAll(Vcpu v, int slot) {
    boolean all = true;
    for (int gref = ring(slot); gref < ring(slot) + PER_SLOT; gref++) {
      all &= Grants.end(v, gref);
    }
    return all;
  }
}
