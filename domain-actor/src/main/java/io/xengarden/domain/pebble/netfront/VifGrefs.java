package io.xengarden.domain.pebble.netfront;

import io.xengarden.abi.GrantEntry;
import io.xengarden.domain.pebble.kernel.Grants;
import io.xengarden.domain.pebble.kernel.Vcpu;

/** Grant references of interfaces: each slot has a fixed range behind those of all disks. */
final class VifGrefs {
  private static final int FIRST = 6160;
  private static final int PER_SLOT = 256;

  private VifGrefs() {}

  static int txRing(int slot) {
    return FIRST + slot * PER_SLOT;
  }

  static int rxRing(int slot) {
    return txRing(slot) + 1;
  }

  static int tx(int slot, int buffer) {
    return txRing(slot) + 2 + buffer;
  }

  static int rx(int slot, int buffer) {
    return txRing(slot) + 2 + Vif.TX_BUFFERS + buffer;
  }

  /** Frames of the grant table that a slot's references reach. */
  static int frames(int slot) {
    return (txRing(slot) + PER_SLOT - 1) / GrantEntry.ENTRIES_PER_FRAME + 1;
  }

  /** Takes back whatever a slot has granted; false while the backend uses any of it. */
  static boolean endAll(Vcpu v, int slot) {
    boolean all = true;
    for (int gref = txRing(slot); gref < txRing(slot) + PER_SLOT; gref++) {
      all &= Grants.end(v, gref);
    }
    return all;
  }
}
