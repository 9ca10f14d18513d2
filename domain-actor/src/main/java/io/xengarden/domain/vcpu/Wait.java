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

  /**
   * XENMEM_populate_physmap or decrease_reservation: one run of frames that follow one another is
   * with the hypervisor.
   *
   * @param list the guest's u64[] of gfns
   * @param total its length
   * @param done frames before this run
   * @param run frames of this run
   */
  record Reservation(boolean grow, long list, long total, long done, long run) implements Answer {}
}
