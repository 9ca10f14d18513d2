package io.xengarden.storage;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.EventSink;
import io.xengarden.hypervisor.DomainSignal;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.DomainHalted;
import io.xengarden.hypervisor.HypervisorCommand.PortClosed;
import io.xengarden.hypervisor.HypervisorCommand.SliceEnded;
import io.xengarden.hypervisor.SliceEnd;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.hypervisor.evtchn.EventChannels;
import io.xengarden.storage.guest.GuestRam;
import java.util.TreeMap;

/** A domain in a simulation whose guest is the test: events reach handlers, nothing else runs. */
final class SimGuest {
  final XenDomain xen;
  final GuestRam ram;
  private final ActorRef<HypervisorCommand> hypervisor;
  private final TreeMap<Integer, Runnable> handlers = new TreeMap<>();

  SimGuest(XenDomain xen, ActorRef<HypervisorCommand> hypervisor) {
    this.xen = xen;
    this.ram = GuestRam.of(xen);
    this.hypervisor = hypervisor;
  }

  Domid domid() {
    return xen.domid();
  }

  /** A port that dom0 may bind. */
  int port(Runnable handler) {
    int port = (int) xen.events().allocUnbound(Domid.DOM0);
    handlers.put(port, handler);
    return port;
  }

  void closePort(int port) {
    EventChannels.Closed closed = xen.events().close(port);
    if (closed.hasPeer()) {
      hypervisor.tell(new PortClosed(domid(), closed.peer(), closed.peerPort()));
    }
    handlers.remove(port);
  }

  void send(int port) {
    xen.events().send(port);
  }

  EventChannels.State stateOf(int port) {
    return xen.events().state(port);
  }

  Behavior<DomainSignal> behavior() {
    return Behaviors.setup(Runner::new);
  }

  private final class Runner extends AbstractOnMessageBehavior<DomainSignal> {
    Runner(ActorContext<DomainSignal> context) {
      super(context);
      xen.inbox().attach(context.getSelf());
    }

    @Override
    public Behavior<DomainSignal> onMessage(DomainSignal signal) {
      switch (signal) {
        case DomainSignal.EventsRaised _ -> xen.inbox().drain(this::handle);
        case DomainSignal.PeerBinds binds -> connect(binds);
        case DomainSignal.PeerClosed(var port) -> xen.events().disconnect(port);
        case DomainSignal.RunVcpu(var vcpu, _, _) ->
            hypervisor.tell(new SliceEnded(domid(), vcpu, 20_000, SliceEnd.BLOCKED));
        case DomainSignal.Halt _ -> {
          halt();
          return Behaviors.stopped();
        }
        case DomainSignal.PeerAnswered _,
            DomainSignal.HypercallAnswered _,
            DomainSignal.ReservationGranted _ ->
            throw new AssertionError("not asked for: " + signal);
      }
      return this;
    }

    private void handle(int port) {
      handlers.getOrDefault(port, () -> {}).run();
    }

    private void connect(DomainSignal.PeerBinds binds) {
      int port = binds.port();
      EventSink own = xen.inbox().sink(port);
      long result = xen.events().connect(port, binds.peer(), binds.peerPort(), binds.sink());
      binds
          .replyTo()
          .tell(
              result == 0
                  ? new DomainSignal.PeerConnected(own)
                  : new DomainSignal.PeerRefused(Errno.of((int) -result)));
    }

    private void halt() {
      EventChannels events = xen.events();
      for (int port = events.nextOpen(0); port > 0; port = events.nextOpen(port)) {
        closePort(port);
      }
      hypervisor.tell(new DomainHalted(domid()));
    }
  }
}
