package io.xengarden.domain;

import io.xengarden.abi.Domid;
import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.builder.BuildSpec;
import io.xengarden.domain.builder.BuiltDomain;
import io.xengarden.domain.builder.DomainBuilder;
import io.xengarden.domain.hypercall.Hypercalls;
import io.xengarden.domain.vcpu.Alarm;
import io.xengarden.domain.vcpu.GuestClock;
import io.xengarden.domain.vcpu.LiveDomain;
import io.xengarden.domain.vcpu.Vcpu;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.SliceEnd;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.hypervisor.evtchn.EventChannels;
import io.xengarden.hypervisor.evtchn.EventInbox;
import io.xengarden.hypervisor.gnttab.GrantTable;
import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.HostMemory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** A domain without actors: what it tells Xen is a list, its clock a number. */
public final class TestDomain implements AutoCloseable {
  public static final Domid DOMID = Domid.of(7);
  public static final UUID HANDLE = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  public static final InstantSource WALLCLOCK =
      InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000L, 250_000_000));

  private static final long OTHERS_FRAMES = 8;
  private static final byte OTHERS_BYTE = 0x5a;

  /** A host timer that was started. */
  public record Started(int vcpu, Alarm.Kind kind, long delayNs) {}

  public final long pages;
  public final HostMemory host;
  public final XenDomain xen;

  /** Frames of the host that this domain must never change. */
  private final GuestMemory others;

  public final List<HypervisorCommand> told = new ArrayList<>();
  public final List<Started> timers = new ArrayList<>();

  /** The host's clock; not 0, so that nobody takes it for the guest's. */
  public long hostNanos = 5_000_000_000L;

  public LiveDomain live;
  public Hypercalls hypercalls;
  public SliceCpu cpu;

  private TestDomain(long pages, int vcpus) {
    this.pages = pages;
    long sharedInfoMfn = pages;
    long grantMfn = pages + 1;
    host = HostMemory.ofFrames(pages + 1 + GrantTable.MAX_FRAMES + OTHERS_FRAMES);
    others = new GuestMemory(host);
    others.map(0, pages + 1 + GrantTable.MAX_FRAMES, OTHERS_FRAMES);
    others.fill(0, OTHERS_FRAMES << 12, OTHERS_BYTE);
    GuestMemory memory = new GuestMemory(host);
    memory.map(0, 0, pages);
    GuestMemory sharedInfo = new GuestMemory(host);
    sharedInfo.map(0, sharedInfoMfn, 1);
    GuestMemory frames = new GuestMemory(host);
    frames.map(0, grantMfn, GrantTable.MAX_FRAMES);
    xen =
        new XenDomain(
            DOMID,
            HANDLE,
            vcpus,
            pages,
            memory,
            sharedInfo,
            sharedInfoMfn,
            new GrantTable(DOMID, memory, frames, grantMfn),
            new EventChannels(sharedInfo, 1024, vcpus),
            new EventInbox(1024));
  }

  /** A domain's frames, nothing in them. */
  public static TestDomain empty(long pages, int vcpus) {
    return new TestDomain(pages, vcpus);
  }

  /** A domain with a kernel, at the kernel's first step. */
  public static TestDomain of(KernelImage kernel, int vcpus) {
    TestDomain domain = empty(64, vcpus);
    domain.start(domain.build(kernel));
    return domain;
  }

  /** A domain whose hypercalls a test makes itself. */
  public static TestDomain idle(int vcpus) {
    return of(new StepKernel("idle", (context, cpu) -> {}), vcpus);
  }

  public BuiltDomain build(KernelImage kernel) {
    return DomainBuilder.build(
        xen,
        new BuildSpec(kernel, "console=hvc0", pages, xen.maxVcpus()),
        WALLCLOCK,
        new Random(1));
  }

  /** What the actor does when it starts. */
  public void start(BuiltDomain built) {
    live =
        new LiveDomain(
            xen,
            GuestClock.showing(0, () -> hostNanos),
            told::add,
            (vcpu, kind, delay) -> timers.add(new Started(vcpu, kind, delay)));
    hypercalls = new Hypercalls(live);
    cpu = new SliceCpu(live, hypercalls);
    live.start(live.vcpu(0), built.contexts().getFirst());
  }

  public Vcpu vcpu(int id) {
    return live.vcpu(id);
  }

  /** One slice of a vCPU. */
  public SliceEnd slice(int vcpu, Guest guest, long budgetNs) {
    return cpu.run(live.vcpu(vcpu), guest, budgetNs);
  }

  /** One hypercall of vCPU 0, in a slice of its own; the result. */
  public long call(int number, long... arguments) {
    return callAs(0, number, arguments);
  }

  public long callAs(int vcpu, int number, long... arguments) {
    VcpuContext context = live.vcpu(vcpu).context();
    slice(vcpu, (same, guestCpu) -> Calls.call(guestCpu, same, number, arguments), 1_000_000);
    return context.rax;
  }

  /** The commands of one kind, in order. */
  public <T extends HypervisorCommand> List<T> told(Class<T> kind) {
    return told.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** Whether no byte outside this domain has changed. */
  public boolean leavesOthersAlone() {
    for (byte value : others.read(0, (int) (OTHERS_FRAMES << 12))) {
      if (value != OTHERS_BYTE) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    host.close();
  }
}
