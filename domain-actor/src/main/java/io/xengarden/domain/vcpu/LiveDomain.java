package io.xengarden.domain.vcpu;

import io.xengarden.abi.Domid;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.VcpuContext;
import io.xengarden.abi.Virq;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.ConsoleWrite;
import io.xengarden.hypervisor.HypervisorCommand.DomainShutdown;
import io.xengarden.hypervisor.HypervisorCommand.VcpuOnline;
import io.xengarden.hypervisor.HypervisorCommand.VcpuWoke;
import io.xengarden.hypervisor.SliceEnd;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.Memory;
import io.xengarden.machine.MemoryFault;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * A domain while it runs: its vCPUs, its clock, and the one place where vCPUs are woken, taken up
 * and down, and shut down. Plain code without an actor; what Xen must know goes to {@code
 * hypervisor}. Owned by the domain's actor.
 *
 * <p>No wake-up is lost: events come in only on the owner's thread ({@link #takeEvents}), where a
 * vCPU blocks only after it has looked, and every delivery looks at every blocked vCPU.
 */
public final class LiveDomain {
  /** Bytes of vcpu_time_info. */
  public static final long VCPU_TIME_INFO_SIZE = 32;

  private final XenDomain xen;
  private final GuestClock clock;
  private final Consumer<HypervisorCommand> hypervisor;
  private final Vcpu[] vcpus;
  private final IntConsumer deliver;
  private ShutdownReason shutdown;

  public LiveDomain(
      XenDomain xen,
      GuestClock clock,
      Consumer<HypervisorCommand> hypervisor,
      Alarm.HostTimer timer) {
    this.xen = xen;
    this.clock = clock;
    this.hypervisor = hypervisor;
    this.deliver = xen.events()::deliver;
    this.vcpus = new Vcpu[Math.min(xen.maxVcpus(), SharedInfo.MAX_LEGACY_VCPUS)];
    for (int i = 0; i < vcpus.length; i++) {
      vcpus[i] = new Vcpu(i, timer);
    }
  }

  public XenDomain xen() {
    return xen;
  }

  public Domid domid() {
    return xen.domid();
  }

  /** Pseudo-physical memory. */
  public GuestMemory memory() {
    return xen.memory();
  }

  public GuestClock clock() {
    return clock;
  }

  public void tell(HypervisorCommand command) {
    hypervisor.accept(command);
  }

  public int vcpuCount() {
    return vcpus.length;
  }

  public Vcpu vcpu(int id) {
    return vcpus[id];
  }

  /** Whether a number from a guest, a u32 or u64, names a vCPU of this domain. */
  public boolean hasVcpu(long id) {
    return id >= 0 && id < vcpus.length;
  }

  /** Whether a domid from a guest means this domain. */
  public boolean isSelf(int id) {
    return id == Domid.SELF.value() || id == domid().value();
  }

  public Optional<ShutdownReason> shutdownReason() {
    return Optional.ofNullable(shutdown);
  }

  public boolean isShutDown() {
    return shutdown != null;
  }

  // ---- events ----

  /** Takes in what others raised, sets the ports pending, wakes whom that wakes. */
  public void takeEvents() {
    if (hasAttention()) { // if not yet, who raises just now sends a message
      xen.inbox().drain(deliver);
      wakeReady();
    }
  }

  public boolean hasAttention() {
    return xen.inbox().hasAttention();
  }

  /** Sets one port pending, as if it had been raised. */
  public void deliver(int port) {
    xen.events().deliver(port);
    wakeReady();
  }

  public void deliverTimer(Vcpu vcpu) {
    xen.events().deliverVirq(Virq.TIMER, vcpu.id());
    wakeReady();
  }

  /** Whether an upcall is pending and not masked. */
  public boolean upcallPending(Vcpu vcpu) {
    Memory page = xen.sharedInfo();
    return SharedInfo.isUpcallPending(page, 0, vcpu.id())
        && !SharedInfo.isUpcallMasked(page, 0, vcpu.id());
  }

  public void unmaskUpcalls(Vcpu vcpu) {
    SharedInfo.unmaskUpcalls(xen.sharedInfo(), 0, vcpu.id());
  }

  public boolean isPending(int port) {
    return SharedInfo.isPending(xen.sharedInfo(), 0, port);
  }

  /** Wakes every vCPU whose wait is over. Called after anything that may have ended one. */
  public void wakeReady() {
    for (Vcpu vcpu : vcpus) {
      if (vcpu.waiting() != null && isOver(vcpu, vcpu.waiting())) {
        wake(vcpu);
      }
    }
  }

  private boolean isOver(Vcpu vcpu, Wait wait) {
    return switch (wait) {
      case Wait.Upcall _ -> upcallPending(vcpu);
      case Wait.Ports(int port) ->
          upcallPending(vcpu) || (port == Wait.ANY_PORT || isPending(port));
      case Wait.Answer _ -> false;
    };
  }

  /** Makes a waiting vCPU runnable, and says so when it does not run just now. */
  public void wake(Vcpu vcpu) {
    vcpu.stopWaiting();
    if (vcpu.state() == Runstate.BLOCKED) {
      vcpu.moveTo(Runstate.RUNNABLE, clock.now());
      tell(new VcpuWoke(domid(), vcpu.id()));
    }
  }

  /** The answer to the hypercall that a vCPU waits in. */
  public void answer(Vcpu vcpu, long rax) {
    if (vcpu.isInitialised()) { // not reset meanwhile
      vcpu.context().rax = rax;
    }
    wake(vcpu);
  }

  // ---- timers ----

  /** Fires what is due on a vCPU that begins a slice; its periodic timer ticks only here. */
  public void fireDueTimers(Vcpu vcpu) {
    long now = clock.now();
    boolean tick = vcpu.takeTick(now);
    if (vcpu.singleshot().takeDue(now) || tick) {
      deliverTimer(vcpu);
    }
  }

  /** Sets the single-shot timer; a deadline that has passed fires at once. */
  public void setSingleshot(Vcpu vcpu, long deadline) {
    long now = clock.now();
    if (deadline > now) {
      vcpu.singleshot().set(deadline, now);
    } else {
      vcpu.singleshot().clear();
      deliverTimer(vcpu);
    }
  }

  /** Ends a poll at {@code deadline}, which lies after now. */
  public void setPollTimeout(Vcpu vcpu, long deadline) {
    vcpu.pollTimeout().set(deadline, clock.now());
  }

  /** A host timer of a vCPU rang. */
  public void hostTimerRang(Vcpu vcpu, Alarm.Kind kind) {
    long now = clock.now();
    switch (kind) {
      case SINGLESHOT -> {
        if (vcpu.singleshot().rang(now)) {
          deliverTimer(vcpu);
        }
      }
      case POLL -> {
        if (vcpu.pollTimeout().rang(now) && vcpu.waiting() instanceof Wait.Ports) {
          wake(vcpu);
        }
      }
    }
  }

  // ---- up, down, shut down ----

  /** A vCPU that is up from the start. Xen takes vCPU 0 for up by itself. */
  public void start(Vcpu vcpu, VcpuContext context) {
    vcpu.context(context);
    vcpu.up(true);
    vcpu.moveTo(Runstate.RUNNABLE, clock.now());
    if (vcpu.id() != 0) {
      tell(new VcpuOnline(domid(), vcpu.id(), true));
    }
  }

  /** VCPUOP_up of an initialised vCPU; nothing when it is up. */
  public void bringUp(Vcpu vcpu) {
    if (!vcpu.isUp()) {
      vcpu.up(true);
      if (!vcpu.awaitsAnswer()) {
        vcpu.stopWaiting();
      }
      vcpu.moveTo(vcpu.awaitsAnswer() ? Runstate.BLOCKED : Runstate.RUNNABLE, clock.now());
      tell(new VcpuOnline(domid(), vcpu.id(), true));
    }
  }

  /** VCPUOP_down; the last one down powers the domain off. */
  public void takeDown(Vcpu vcpu) {
    if (isLastUp(vcpu)) {
      shutDown(ShutdownReason.POWEROFF);
    } else if (vcpu.isUp()) {
      vcpu.up(false);
      vcpu.endSlice(SliceEnd.OFFLINE);
      if (vcpu.state() != Runstate.RUNNING) {
        vcpu.finishSlice(SliceEnd.OFFLINE, clock.now());
      }
      tell(new VcpuOnline(domid(), vcpu.id(), false));
    }
  }

  private boolean isLastUp(Vcpu vcpu) {
    for (Vcpu other : vcpus) {
      if (other != vcpu && other.isUp()) {
        return false;
      }
    }
    return true;
  }

  /** SCHEDOP_shutdown: no vCPU runs any more. The first reason stays. */
  public void shutDown(ShutdownReason reason) {
    if (shutdown == null) {
      shutdown = reason;
      for (Vcpu vcpu : vcpus) {
        vcpu.endSlice(SliceEnd.OFFLINE);
      }
      tell(new DomainShutdown(domid(), reason));
    }
  }

  /** The domain dies of its own mistake; {@code why} goes to Xen's console ring. */
  public void crash(Vcpu vcpu, String why) {
    if (shutdown == null) {
      String line = "Domain %s (vcpu#%d) crashed: %s".formatted(domid(), vcpu.id(), why);
      tell(new ConsoleWrite(Domid.XEN, line));
      shutDown(ShutdownReason.CRASH);
    }
  }

  /** A shutdown for suspend is over: every vCPU that is up may run again. */
  public void resume() {
    shutdown = null;
    for (Vcpu vcpu : vcpus) {
      vcpu.endSlice(null);
      if (vcpu.isUp() && !vcpu.awaitsAnswer()) {
        vcpu.stopWaiting();
        vcpu.moveTo(Runstate.RUNNABLE, clock.now());
        tell(new VcpuWoke(domid(), vcpu.id()));
      }
    }
  }

  /** A vCPU as new and down: what a slow resume does to all but the first. */
  public void reset(Vcpu vcpu) {
    if (vcpu.isUp()) {
      tell(new VcpuOnline(domid(), vcpu.id(), false));
    }
    vcpu.reset(clock.now());
  }

  // ---- what Xen writes into a guest's own pages ----

  /** Brings the areas a vCPU has registered up to date; one that went away is left alone. */
  public void writeAreas(Vcpu vcpu) {
    try {
      if (vcpu.runstateArea() != Vcpu.NO_AREA) {
        vcpu.writeRunstate(memory(), vcpu.runstateArea(), clock.now());
      }
      if (vcpu.timeArea() != Vcpu.NO_AREA) {
        long time = SharedInfo.vcpuInfo(0, vcpu.id()) + SharedInfo.TIME;
        xen.sharedInfo().copyTo(time, memory(), vcpu.timeArea(), VCPU_TIME_INFO_SIZE);
      }
    } catch (MemoryFault gone) {
      // As on Xen: the guest took the page away from under its own registration.
    }
  }
}
