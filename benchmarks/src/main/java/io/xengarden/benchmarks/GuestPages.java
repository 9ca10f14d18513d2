package io.xengarden.benchmarks;

import io.xengarden.abi.Domid;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantTable;
import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.HostMemory;

/** The pages of a domain with a grant table, and dom0's right to map what it grants. */
final class GuestPages implements AutoCloseable {
  static final long PAGES = 64;

  private final HostMemory host = HostMemory.ofFrames(PAGES + GrantTable.MAX_FRAMES);
  final GuestMemory memory = new GuestMemory(host);
  final GrantTable grants;
  final GrantAccess dom0;

  GuestPages() {
    memory.map(0, 0, PAGES);
    GuestMemory frames = new GuestMemory(host);
    frames.map(0, PAGES, GrantTable.MAX_FRAMES);
    grants = new GrantTable(Domid.of(1), memory, frames, PAGES);
    dom0 = grants.access(Domid.DOM0);
  }

  /** Grants a page to dom0, read and write. */
  void grant(int gref, long gfn) {
    grants.seed(gref, Domid.DOM0, gfn);
  }

  @Override
  public void close() {
    host.close();
  }
}
