package io.xengarden.hypervisor.gnttab;

import io.xengarden.abi.Domid;
import io.xengarden.abi.GrantEntry;
import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.HostMemory;

/** A domain with some RAM, a grant table, and the table's first frame mapped above its RAM. */
final class Granter implements AutoCloseable {
  static final int PAGES = 16;
  static final int GRANT_GFN = PAGES;
  static final Domid DOMID = Domid.of(5);

  private final HostMemory host = HostMemory.ofFrames(PAGES + GrantTable.MAX_FRAMES);
  final GuestMemory memory = new GuestMemory(host);
  final GrantTable table;

  Granter() {
    memory.map(0, 0, PAGES);
    memory.map(GRANT_GFN, PAGES, 1);
    GuestMemory frames = new GuestMemory(host);
    frames.map(0, PAGES, GrantTable.MAX_FRAMES);
    table = new GrantTable(DOMID, memory, frames, PAGES);
  }

  /** Where the guest sees an entry of the first frame. */
  static long entry(int gref) {
    return GrantEntry.at((long) GRANT_GFN * 4096, gref);
  }

  void grant(int gref, Domid to, int gfn, int flags) {
    int header = GrantEntry.header(GrantEntry.PERMIT_ACCESS | flags, to.value());
    GrantEntry.write(memory, entry(gref), header, gfn);
  }

  int flags(int gref) {
    return GrantEntry.flags(GrantEntry.readHeader(memory, entry(gref)));
  }

  boolean endAccess(int gref) {
    return GrantEntry.endAccess(memory, entry(gref));
  }

  GrantAccess access() {
    return table.access(Domid.DOM0);
  }

  @Override
  public void close() {
    host.close();
  }
}
