package io.xengarden.domain;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.abi.Errno;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.CapturedState.CapturedVcpu;
import io.xengarden.domain.DomainCommand.CaptureRefused;
import io.xengarden.domain.DomainCommand.CaptureReply;
import io.xengarden.domain.DomainCommand.CaptureState;
import io.xengarden.domain.DomainCommand.DirtyLogStarted;
import io.xengarden.domain.DomainCommand.Resume;
import io.xengarden.domain.DomainCommand.ResumeMode;
import io.xengarden.domain.DomainCommand.ResumeRefused;
import io.xengarden.domain.DomainCommand.Resumed;
import io.xengarden.domain.DomainCommand.Signalled;
import io.xengarden.domain.DomainCommand.StartDirtyLog;
import io.xengarden.domain.DomainCommand.StateCaptured;
import io.xengarden.domain.DomainCommand.StopDirtyLog;
import io.xengarden.domain.hypercall.Hypercalls;
import io.xengarden.domain.vcpu.Alarm;
import io.xengarden.domain.vcpu.GuestClock;
import io.xengarden.domain.vcpu.LiveDomain;
import io.xengarden.domain.vcpu.Vcpu;
import io.xengarden.hypervisor.DomainSignal;
import io.xengarden.hypervisor.DomainSignal.EventsRaised;
import io.xengarden.hypervisor.DomainSignal.Halt;
import io.xengarden.hypervisor.DomainSignal.HypercallAnswered;
import io.xengarden.hypervisor.DomainSignal.PeerAnswered;
import io.xengarden.hypervisor.DomainSignal.PeerBindAnswer;
import io.xengarden.hypervisor.DomainSignal.PeerBinds;
import io.xengarden.hypervisor.DomainSignal.PeerClosed;
import io.xengarden.hypervisor.DomainSignal.PeerConnected;
import io.xengarden.hypervisor.DomainSignal.PeerRefused;
import io.xengarden.hypervisor.DomainSignal.ReservationGranted;
import io.xengarden.hypervisor.DomainSignal.RunVcpu;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.SliceEnd;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.machine.Memory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The actor of one unprivileged domain: runs its vCPUs in slices, one at a time, and owns its
 * ports, shared_info, memory map and timers. It is the shell; what it does is in {@link
 * LiveDomain}, {@link Hypercalls} and {@link SliceCpu}.
 */
public final class Domain extends AbstractOnMessageBehavior<DomainCommand> {

  /** A host timer of a vCPU rang; also that timer's key. */
  record HostTimerRang(int vcpu, Alarm.Kind kind) implements DomainCommand {}

  private final XenDomain xen;
  private final BuiltPorts ports;
  private final KernelImage kernel;
  private final GuestMode mode;
  private final ActorRef<HypervisorCommand> hypervisor;
  private final TimerScheduler<DomainCommand> timers;
  private final LiveDomain live;
  private final Hypercalls hypercalls;
  private final SliceCpu cpu;
  private Guest guest;

  /** What a slow resume leaves open. */
  private record BuiltPorts(int store, int console) {}

  /** Runs a built or restored domain, from its first unpause on until it is destroyed. */
  public static Behavior<DomainCommand> create(DomainSetup setup) {
    return Behaviors.withTimers(
        timers -> Behaviors.setup(context -> new Domain(context, timers, setup)));
  }

  private Domain(
      ActorContext<DomainCommand> context,
      TimerScheduler<DomainCommand> timers,
      DomainSetup setup) {
    super(context);
    this.xen = setup.xen();
    this.ports = new BuiltPorts(setup.built().storePort(), setup.built().consolePort());
    this.kernel = setup.kernel();
    this.mode = setup.mode();
    this.hypervisor = setup.hypervisor();
    this.timers = timers;
    // The builder has left the system time to go on from in shared_info; no guest has run since.
    long builtAt = SharedInfo.readTime(xen.sharedInfo(), 0, 0).systemTimeNs();
    GuestClock clock = GuestClock.showing(builtAt, setup.clock());
    this.live = new LiveDomain(xen, clock, hypervisor::tell, this::startHostTimer);
    this.hypercalls = new Hypercalls(live);
    this.cpu = new SliceCpu(live, hypercalls);
    this.guest = kernel.newGuest();
    attach(context);
    load(setup.built().contexts());
  }

  private void attach(ActorContext<DomainCommand> context) {
    ActorRef<DomainSignal> signals = context.messageAdapter(DomainSignal.class, Signalled::new);
    xen.inbox().attach(signals);
    hypervisor.tell(new HypervisorCommand.AttachDomain(xen.domid(), signals));
  }

  private void load(List<VcpuContext> contexts) {
    for (int id = 0; id < live.vcpuCount(); id++) {
      live.clock().publish(xen.sharedInfo(), id);
      if (id < contexts.size() && contexts.get(id).isOnline()) {
        live.start(live.vcpu(id), contexts.get(id));
      }
    }
  }

  @Override
  public Behavior<DomainCommand> onMessage(DomainCommand message) {
    return switch (message) {
      case Signalled(var signal) -> onSignalled(signal);
      case HostTimerRang(int vcpu, var kind) -> {
        live.hostTimerRang(live.vcpu(vcpu), kind);
        yield this;
      }
      case StartDirtyLog(var replyTo) -> {
        replyTo.tell(new DirtyLogStarted(xen.memory().startDirtyLog(hypercalls.ramEnd())));
        yield this;
      }
      case StopDirtyLog() -> {
        xen.memory().stopDirtyLog();
        yield this;
      }
      case CaptureState(var replyTo) -> {
        replyTo.tell(capture());
        yield this;
      }
      case Resume(var resumeMode, var replyTo) -> {
        replyTo.tell(resume(resumeMode));
        yield this;
      }
    };
  }

  private Behavior<DomainCommand> onSignalled(DomainSignal signal) {
    switch (signal) {
      case RunVcpu(int vcpu, int _, long budgetNs) -> runSlice(live.vcpu(vcpu), budgetNs);
      case EventsRaised() -> live.takeEvents();
      case PeerBinds binds -> binds.replyTo().tell(connect(binds));
      case PeerClosed(int port) -> xen.events().disconnect(port);
      case PeerAnswered(int localPort, var answer) -> hypercalls.peerAnswered(localPort, answer);
      case HypercallAnswered(int vcpu, long rax) -> hypercalls.answered(vcpu, rax);
      case ReservationGranted granted -> hypercalls.reservationGranted(granted);
      case Halt() -> {
        return halt();
      }
    }
    return this;
  }

  private void runSlice(Vcpu vcpu, long budgetNs) {
    if (mode == GuestMode.AMNESIA) {
      forget();
    }
    SliceEnd end = cpu.run(vcpu, guest, budgetNs);
    hypervisor.tell(new HypervisorCommand.SliceEnded(xen.domid(), vcpu.id(), cpu.used(), end));
  }

  private void forget() {
    guest = kernel.newGuest();
    for (int id = 0; id < live.vcpuCount(); id++) {
      Vcpu vcpu = live.vcpu(id);
      if (vcpu.isInitialised()) {
        vcpu.context(VcpuContext.fromBytes(vcpu.context().toBytes()));
      }
    }
  }

  private PeerBindAnswer connect(PeerBinds binds) {
    long result = xen.events().connect(binds.port(), binds.peer(), binds.peerPort(), binds.sink());
    return result == 0
        ? new PeerConnected(xen.inbox().sink(binds.port()))
        : new PeerRefused(Errno.of((int) -result));
  }

  private CaptureReply capture() {
    if (!isSuspended()) {
      return new CaptureRefused("domain " + xen.domid() + " is not suspended");
    }
    List<CapturedVcpu> vcpus = new ArrayList<>();
    for (int id = 0; id < live.vcpuCount(); id++) {
      if (live.vcpu(id).isUp() && live.vcpu(id).awaitsAnswer()) {
        return new CaptureRefused("vcpu " + id + " waits for the answer to a hypercall");
      }
      if (live.vcpu(id).isUp()) {
        vcpus.add(new CapturedVcpu(id, live.vcpu(id).context().toBytes()));
      }
    }
    byte[] sharedInfo = xen.sharedInfo().read(0, Memory.PAGE_SIZE);
    return new StateCaptured(new CapturedState(vcpus, sharedInfo, live.clock().now()));
  }

  private DomainCommand.ResumeReply resume(ResumeMode resumeMode) {
    if (!isSuspended()) {
      return new ResumeRefused("domain " + xen.domid() + " is not suspended");
    }
    Vcpu boot = live.vcpu(0);
    switch (resumeMode) {
      case CANCELLED -> boot.context().rax = 1;
      case RESTORED -> {
        boot.context().rax = 0;
        for (int id = 1; id < live.vcpuCount(); id++) {
          live.reset(live.vcpu(id));
        }
        hypercalls.closePortsBut(ports.store(), ports.console());
      }
    }
    live.resume();
    return new Resumed();
  }

  private boolean isSuspended() {
    return live.shutdownReason().filter(ShutdownReason.SUSPEND::equals).isPresent();
  }

  private Behavior<DomainCommand> halt() {
    hypercalls.closePortsBut(0, 0);
    xen.memory().stopDirtyLog();
    hypervisor.tell(new HypervisorCommand.DomainHalted(xen.domid()));
    return Behaviors.stopped();
  }

  private void startHostTimer(int vcpu, Alarm.Kind kind, long delayNs) {
    HostTimerRang rang = new HostTimerRang(vcpu, kind);
    timers.startSingleTimer(rang, rang, Duration.ofNanos(delayNs));
  }

  @Override
  public Behavior<DomainCommand> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }
}
