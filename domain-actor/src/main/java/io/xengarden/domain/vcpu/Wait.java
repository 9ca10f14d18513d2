package io.xengarden.domain.vcpu;

import io.xengarden.abi.Domid;

/** What a blocked vCPU waits for. */
public sealed interface Wait {
  /** SCHEDOP_block: an upcall. */
  Wait UPCALL = new Upcall();

  /** {@link Ports#port} of a poll for more than one port, or for none: any event ends it. */
  int ANY_PORT = -1;

  /** An upcall that is pending and not masked. */
  record Upcall() implements Wait {}

  /** SCHEDOP_poll: as {@link Upcall}, or one port pending although it is masked. */
  record Ports(int port) implements Wait {}

  /** A hypercall that the hypervisor answers; nothing but the answer ends it. */
  sealed interface Answer extends Wait {}

  /**
   * EVTCHNOP_bind_interdomain.
   *
   * @param argument where the guest's struct lies, to be given the local port
   */
  record PeerBind(Domid remote, int remotePort, int localPort, long argument) implements Answer {}

  /** A change of the reservation; what becomes of it is the business of memory_op. */
  record Reservation() implements Answer {}
}
