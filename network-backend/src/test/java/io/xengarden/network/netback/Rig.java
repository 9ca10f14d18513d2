package io.xengarden.network.netback;

import io.xengarden.abi.Domid;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantAccess.Access;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.hypervisor.gnttab.GrantTable;
import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.HostMemory;
import io.xengarden.machine.Memory;
import io.xengarden.network.Frame;
import io.xengarden.network.Netfront;
import io.xengarden.network.VifCounters;
import java.util.ArrayList;
import java.util.List;

/** A frontend and a backend over one memory, without actors: the test gives the turns. */
final class Rig implements AutoCloseable {
  private static final long OTHERS_FRAMES = 4;
  private static final byte OTHERS_BYTE = 0x5a;

  /** An MTU and a rate; the rest of an interface is always the same. */
  static final Netback.Interface ORDINARY = new Netback.Interface(1_500, false, RateLimit.none());

  private final HostMemory host =
      HostMemory.ofFrames(Netfront.PAGES + GrantTable.MAX_FRAMES + OTHERS_FRAMES);
  private final GuestMemory others = new GuestMemory(host);
  final GuestMemory memory = new GuestMemory(host);
  final GrantTable grants;
  final Netfront net;
  final Netback netback;
  final Backlog backlog = new Backlog();
  final Statistics statistics = new Statistics();
  final List<Frame> sent = new ArrayList<>();
  private final List<GrantMapping> rings = new ArrayList<>();
  long now;

  /** Events to the frontend, and to the backend. */
  int raised;

  int rung;

  Rig(Netback.Interface settings) {
    memory.map(0, 0, Netfront.PAGES);
    GuestMemory frames = new GuestMemory(host);
    frames.map(0, Netfront.PAGES, GrantTable.MAX_FRAMES);
    others.map(0, Netfront.PAGES + GrantTable.MAX_FRAMES, OTHERS_FRAMES);
    others.fill(0, OTHERS_FRAMES << Memory.PAGE_SHIFT, OTHERS_BYTE);
    grants = new GrantTable(Domid.of(1), memory, frames, Netfront.PAGES);
    net = new Netfront(memory, grants, () -> rung++);
    netback = connect(settings);
  }

  private Netback connect(Netback.Interface settings) {
    GrantAccess access = grants.access(Domid.DOM0);
    try {
      rings.add(access.map(Netfront.TX_RING_REF, Access.READ_WRITE));
      rings.add(access.map(Netfront.RX_RING_REF, Access.READ_WRITE));
    } catch (GrantRefused refused) {
      throw new AssertionError(refused);
    }
    return new Netback(
        new Netback.Link(rings.get(0).page(), rings.get(1).page(), access, () -> raised++),
        settings,
        new Netback.Wire(sent::add, backlog, () -> now),
        statistics);
  }

  VifCounters counters() {
    return statistics.counters();
  }

  /** Mappings beside the two rings. */
  int mappings() {
    return grants.activeMappings() - rings.size();
  }

  /** Whether no byte outside this domain has changed. */
  boolean leavesOthersAlone() {
    for (byte value : others.read(0, (int) (OTHERS_FRAMES << Memory.PAGE_SHIFT))) {
      if (value != OTHERS_BYTE) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    rings.forEach(GrantMapping::close);
    host.close();
  }
}
