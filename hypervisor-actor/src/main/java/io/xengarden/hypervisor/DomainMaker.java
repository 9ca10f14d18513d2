package io.xengarden.hypervisor;

import io.xengarden.abi.Domid;
import io.xengarden.abi.SharedInfo;
import io.xengarden.hypervisor.HypervisorCommand.DomainSpec;
import io.xengarden.hypervisor.HypervisorCommand.Refusal;
import io.xengarden.hypervisor.domids.DomidPool;
import io.xengarden.hypervisor.evtchn.EventChannels;
import io.xengarden.hypervisor.evtchn.EventInbox;
import io.xengarden.hypervisor.gnttab.GrantTable;
import io.xengarden.hypervisor.memory.Extent;
import io.xengarden.hypervisor.sched.CreditScheduler;
import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.HostMemory;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Makes domains: checks what is asked for, and takes an id and frames, or nothing. */
final class DomainMaker {
  sealed interface Made {}

  record Domain(DomainEntry entry) implements Made {}

  record Refused(Refusal why) implements Made {}

  private final HostMemory memory;
  private final DomainFrames frames;
  private final DomidPool domids;
  private final CreditScheduler scheduler;

  DomainMaker(HostMemory memory, DomainFrames frames, DomidPool domids, CreditScheduler scheduler) {
    this.memory = memory;
    this.frames = frames;
    this.domids = domids;
    this.scheduler = scheduler;
  }

  Made make(DomainSpec spec, long now) {
    Optional<Refusal> refusal = check(spec, now);
    if (refusal.isPresent()) {
      return new Refused(refusal.get());
    }
    Optional<DomainEntry.Frames> allocated = frames.allocate(spec.pages());
    if (allocated.isEmpty()) {
      return new Refused(Refusal.NOT_ENOUGH_MEMORY);
    }
    OptionalInt domid = spec.domid();
    if (domid.isPresent()) {
      domids.take(domid.getAsInt());
    } else {
      domid = domids.takeNext(now);
    }
    if (domid.isEmpty()) {
      frames.free(allocated.get());
      return new Refused(Refusal.TOO_MANY_DOMAINS);
    }
    return new Domain(assemble(Domid.of(domid.getAsInt()), spec, allocated.get(), now));
  }

  private Optional<Refusal> check(DomainSpec spec, long now) {
    if (spec.maxVcpus() > SharedInfo.MAX_LEGACY_VCPUS) {
      return Optional.of(Refusal.TOO_MANY_VCPUS);
    }
    boolean possible =
        spec.pages() >= 1
            && spec.maxPages() >= spec.pages()
            && spec.maxVcpus() >= 1
            && spec.maxPorts() >= 2
            && spec.maxPorts() <= SharedInfo.EVTCHN_2L_PORTS;
    if (!possible) {
      return Optional.of(Refusal.INVALID);
    }
    if (spec.domid().isEmpty()) {
      return Optional.empty();
    }
    return switch (domids.availability(spec.domid().getAsInt(), now)) {
      case FREE -> Optional.empty();
      case RECENTLY_USED -> Optional.of(Refusal.DOMID_RECENTLY_USED);
      case IN_USE -> Optional.of(Refusal.DOMID_IN_USE);
      case NOT_A_GUEST -> Optional.of(Refusal.INVALID);
    };
  }

  private DomainEntry assemble(
      Domid domid, DomainSpec spec, DomainEntry.Frames allocated, long now) {
    GuestMemory ram = new GuestMemory(memory);
    allocated.ram().forEach((gfn, extent) -> ram.map(gfn, extent.mfn(), extent.count()));
    GuestMemory sharedInfo = new GuestMemory(memory);
    sharedInfo.map(0, allocated.sharedInfoMfn(), 1);
    GrantTable grants = new GrantTable(domid, ram, view(allocated.grantTable()), allocated::isXens);
    XenDomain xen =
        new XenDomain(
            domid,
            spec.handle(),
            spec.maxVcpus(),
            spec.pages(),
            ram,
            sharedInfo,
            allocated.sharedInfoMfn(),
            grants,
            new EventChannels(sharedInfo, spec.maxPorts(), spec.maxVcpus()),
            new EventInbox(spec.maxPorts()));
    DomainEntry entry = new DomainEntry(xen, allocated, scheduler, spec.maxPages());
    scheduler.wake(entry.sched.vcpu(0), now);
    return entry;
  }

  private GuestMemory view(List<Extent> extents) {
    GuestMemory view = new GuestMemory(memory);
    long gfn = 0;
    for (Extent extent : extents) {
      view.map(gfn, extent.mfn(), extent.count());
      gfn += extent.count();
    }
    return view;
  }
}
