package io.xengarden.hypervisor;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.EventSink;

/** What the hypervisor tells the actor that runs a domain. */
public sealed interface DomainSignal {

  /** Run one vCPU on a pCPU for at most {@code budgetNs}; answered by {@code SliceEnded}. */
  record RunVcpu(int vcpu, int pcpu, long budgetNs) implements DomainSignal {}

  /** The domain's {@link io.xengarden.hypervisor.evtchn.EventInbox} holds something. */
  record EventsRaised() implements DomainSignal {}

  /**
   * Someone binds this domain's unbound port. The domain checks that the port is UNBOUND for {@code
   * peer}, connects it, and answers with the sink of its port.
   */
  record PeerBinds(
      int port, Domid peer, int peerPort, EventSink sink, ActorRef<PeerBindAnswer> replyTo)
      implements DomainSignal {}

  /** The far end closed or died: the port is UNBOUND again, for the same remote. */
  record PeerClosed(int port) implements DomainSignal {}

  /** Answer to this domain's own bind_interdomain on {@code localPort}. */
  record PeerAnswered(int localPort, PeerBindAnswer answer) implements DomainSignal {}

  /** Answer to a hypercall that needed the hypervisor: goes to rax, the vCPU runs on. */
  record HypercallAnswered(int vcpu, long rax) implements DomainSignal {}

  /** The frames of a granted reservation, to be mapped from {@code firstGfn} on. */
  record ReservationGranted(int vcpu, long firstGfn, long firstMfn, long count)
      implements DomainSignal {}

  /** Destroyed: no further slice. Close every port, let go of everything, say DomainHalted. */
  record Halt() implements DomainSignal {}

  sealed interface PeerBindAnswer {}

  record PeerConnected(EventSink sink) implements PeerBindAnswer {}

  record PeerRefused(Errno error) implements PeerBindAnswer {}
}
