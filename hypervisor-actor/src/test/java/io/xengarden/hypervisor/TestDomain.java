package io.xengarden.hypervisor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.SharedInfo;
import io.xengarden.hypervisor.DomainSignal.EventsRaised;
import io.xengarden.hypervisor.DomainSignal.Halt;
import io.xengarden.hypervisor.DomainSignal.HypercallAnswered;
import io.xengarden.hypervisor.DomainSignal.PeerAnswered;
import io.xengarden.hypervisor.DomainSignal.PeerBinds;
import io.xengarden.hypervisor.DomainSignal.PeerClosed;
import io.xengarden.hypervisor.DomainSignal.PeerConnected;
import io.xengarden.hypervisor.DomainSignal.PeerRefused;
import io.xengarden.hypervisor.DomainSignal.ReservationGranted;
import io.xengarden.hypervisor.DomainSignal.RunVcpu;
import io.xengarden.hypervisor.HypervisorCommand.BindInterdomain;
import io.xengarden.hypervisor.HypervisorCommand.DomainHalted;
import io.xengarden.hypervisor.HypervisorCommand.PortClosed;
import io.xengarden.hypervisor.HypervisorCommand.SliceEnded;
import io.xengarden.hypervisor.HypervisorCommand.VcpuWoke;
import io.xengarden.hypervisor.evtchn.EventChannels;
import io.xengarden.sim.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Runs a domain as a domain actor does, with a script in place of a guest: takes its slices, its
 * events and its peers, and lets go of everything when it is told to halt.
 */
final class TestDomain {
  /** What a vCPU does with a slice; null: nothing is answered until {@link #answer}. */
  @FunctionalInterface
  interface Script {
    Ran run(int vcpu, long budgetNs);
  }

  record Ran(long usedNs, SliceEnd end) {}

  record Slice(int vcpu, int pcpu, long budgetNs, long at) {}

  static final Script BURN = (vcpu, budget) -> new Ran(budget, SliceEnd.RUNNABLE);
  static final Script IDLE = (vcpu, budget) -> new Ran(20_000, SliceEnd.BLOCKED);
  static final Script SILENT = (vcpu, budget) -> null;

  final XenDomain xen;
  final List<Slice> slices = new ArrayList<>();
  final List<Integer> delivered = new ArrayList<>();
  final List<PeerAnswered> peerAnswers = new ArrayList<>();
  final List<Long> hypercallAnswers = new ArrayList<>();

  /** Ports closed as soon as a peer has connected to them. */
  final List<Integer> closeWhenBound = new ArrayList<>();

  ActorRef<DomainSignal> ref;

  /** False: it answers neither Halt nor PeerBinds. */
  boolean responsive = true;

  boolean halted;
  private final ActorRef<HypervisorCommand> hypervisor;
  private final Script script;
  private final Simulation simulation;

  /** The far ends of binds that this domain asked for. */
  private final TreeMap<Integer, Integer> remotePorts = new TreeMap<>();

  TestDomain(
      XenDomain xen, ActorRef<HypervisorCommand> hypervisor, Script script, Simulation simulation) {
    this.xen = xen;
    this.hypervisor = hypervisor;
    this.script = script;
    this.simulation = simulation;
  }

  Behavior<DomainSignal> behavior() {
    return Behaviors.setup(Runner::new);
  }

  Domid domid() {
    return xen.domid();
  }

  EventChannels events() {
    return xen.events();
  }

  void answer(int vcpu, long usedNs, SliceEnd end) {
    hypervisor.tell(new SliceEnded(domid(), vcpu, usedNs, end));
  }

  /** EVTCHNOP_close. */
  void close(int port) {
    EventChannels.Closed closed = events().close(port);
    if (closed.hasPeer()) {
      hypervisor.tell(new PortClosed(domid(), closed.peer(), closed.peerPort()));
    }
  }

  /** EVTCHNOP_bind_interdomain; the port that will be bound. */
  int bindTo(Domid remote, int remotePort) {
    int port = (int) events().reserve(remote);
    remotePorts.put(port, remotePort);
    hypervisor.tell(new BindInterdomain(domid(), port, xen.inbox().sink(port), remote, remotePort));
    return port;
  }

  private final class Runner extends AbstractOnMessageBehavior<DomainSignal> {
    Runner(ActorContext<DomainSignal> context) {
      super(context);
    }

    @Override
    public Behavior<DomainSignal> onMessage(DomainSignal signal) {
      return switch (signal) {
        case RunVcpu run -> {
          runSlice(run);
          yield this;
        }
        case EventsRaised _ -> {
          xen.inbox().drain(this::deliver);
          yield this;
        }
        case PeerBinds binds -> {
          answerBind(binds);
          yield this;
        }
        case PeerClosed(var port) -> {
          events().disconnect(port);
          yield this;
        }
        case PeerAnswered answered -> {
          takeAnswer(answered);
          yield this;
        }
        case HypercallAnswered(_, var rax) -> {
          hypercallAnswers.add(rax);
          yield this;
        }
        case ReservationGranted(_, var gfn, var mfn, var count) -> {
          xen.memory().map(gfn, mfn, count);
          yield this;
        }
        case Halt _ -> responsive ? halt() : this;
      };
    }

    private void runSlice(RunVcpu run) {
      slices.add(new Slice(run.vcpu(), run.pcpu(), run.budgetNs(), simulation.nanos()));
      simulation.record(run.vcpu() * 1000L + run.pcpu());
      takeUpcall(run.vcpu());
      Ran ran = script.run(run.vcpu(), run.budgetNs());
      if (ran != null) {
        answer(run.vcpu(), ran.usedNs(), ran.end());
      }
    }

    /** What a guest's upcall does first. */
    private void takeUpcall(int vcpu) {
      SharedInfo.clearUpcallPending(xen.sharedInfo(), 0, vcpu);
      for (long words = SharedInfo.takePendingSel(xen.sharedInfo(), 0, vcpu);
          words != 0;
          words &= words - 1) {
        int first = Long.numberOfTrailingZeros(words) * 64;
        for (int port = first; port < first + 64; port++) {
          SharedInfo.clearPending(xen.sharedInfo(), 0, port);
        }
      }
    }

    private void deliver(int port) {
      delivered.add(port);
      int vcpu = events().deliver(port);
      if (vcpu >= 0) {
        hypervisor.tell(new VcpuWoke(domid(), vcpu));
      }
    }

    private void answerBind(PeerBinds binds) {
      if (!responsive) {
        return;
      }
      long result = events().connect(binds.port(), binds.peer(), binds.peerPort(), binds.sink());
      binds
          .replyTo()
          .tell(
              result == 0
                  ? new PeerConnected(xen.inbox().sink(binds.port()))
                  : new PeerRefused(Errno.of((int) -result)));
      if (closeWhenBound.contains(binds.port())) {
        close(binds.port());
      }
    }

    private void takeAnswer(PeerAnswered answered) {
      peerAnswers.add(answered);
      if (answered.answer() instanceof PeerConnected(var sink)) {
        int port = answered.localPort();
        // A real domain remembers whom it asked; the reserved port does.
        Domid remote = events().status(port).remote();
        events().connect(port, remote, remotePorts.get(port), sink);
      } else {
        events().close(answered.localPort());
      }
    }

    private Behavior<DomainSignal> halt() {
      for (int port = events().nextOpen(0); port > 0; port = events().nextOpen(port)) {
        close(port);
      }
      halted = true;
      hypervisor.tell(new DomainHalted(domid()));
      return Behaviors.stopped();
    }
  }
}
