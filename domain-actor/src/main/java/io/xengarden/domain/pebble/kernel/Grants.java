package io.xengarden.domain.pebble.kernel;

import io.xengarden.abi.GrantEntry;
import io.xengarden.machine.Memory;

/** Entries of the grant table. Drivers have fixed ranges: disks from 16, interfaces from 6160. */
public final class Grants {
  /** What the backend may do with a page. */
  public enum Access {
    BACKEND_READS,
    BACKEND_WRITES
  }

  private Grants() {}

  public static void grant(Vcpu v, int gref, int domid, Access access, long address) {
    int flags =
        GrantEntry.PERMIT_ACCESS | (access == Access.BACKEND_READS ? GrantEntry.READONLY : 0);
    GrantEntry.write(
        v.memory(),
        GrantEntry.at(MapGrants.table(v), gref),
        GrantEntry.header(flags, domid),
        (int) (address >>> Memory.PAGE_SHIFT));
  }

  /** Takes a grant back; false while the backend uses it. */
  public static boolean end(Vcpu v, int gref) {
    if (gref / GrantEntry.ENTRIES_PER_FRAME >= v.state().grantFrames()) {
      return true; // in the table of a place that the domain has left
    }
    long entry = GrantEntry.at(MapGrants.table(v), gref);
    return GrantEntry.readHeader(v.memory(), entry) == 0 || GrantEntry.endAccess(v.memory(), entry);
  }
}
