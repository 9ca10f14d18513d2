package io.xengarden.hypervisor.evtchn;

import io.xengarden.abi.Domid;
import io.xengarden.abi.EventSink;
import io.xengarden.abi.Virq;
import io.xengarden.machine.Memory;

/**
 * A domain's event-channel ports (2-level ABI), owned by the domain's actor. Results are a port or
 * 0, or a negative errno, as EVTCHNOP returns them. Pending and mask bits live in shared_info.
 * Source: xen/include/public/event_channel.h.
 */
public final class EventChannels {

  /** What a port is; xen/include/public/event_channel.h EVTCHNSTAT_*. */
  public enum State {
    CLOSED,
    UNBOUND,
    INTERDOMAIN,
    PIRQ,
    VIRQ,
    IPI
  }

  /** Where a closed port led, so that its peer can be told; {@code NONE} when nowhere. */
  public record Closed(long result, Domid peer, int peerPort) {}

  public EventChannels(Memory sharedInfo, int maxPorts, int maxVcpus) {
    throw new UnsupportedOperationException();
  }

  public int maxPorts() {
    throw new UnsupportedOperationException();
  }

  public long allocUnbound(Domid remote) {
    throw new UnsupportedOperationException();
  }

  public long bindVirq(Virq virq, int vcpu) {
    throw new UnsupportedOperationException();
  }

  public long bindIpi(int vcpu) {
    throw new UnsupportedOperationException();
  }

  public long bindVcpu(int port, int vcpu) {
    throw new UnsupportedOperationException();
  }

  /** Reserves the lowest free port for a bind that is under way. */
  public long reserve(Domid remote) {
    throw new UnsupportedOperationException();
  }

  /** Connects an UNBOUND (for {@code peer}) or reserved port; 0 or -EINVAL. */
  public long connect(int port, Domid peer, int peerPort, EventSink sink) {
    throw new UnsupportedOperationException();
  }

  /** The far end went away. */
  public void disconnect(int port) {
    throw new UnsupportedOperationException();
  }

  public Closed close(int port) {
    throw new UnsupportedOperationException();
  }

  /** EVTCHNOP_send: raises the peer's sink, or this domain's own vCPU for an IPI. */
  public long send(int port) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sets a port pending. The vCPU that must be woken, or -1 when masked or pending already; sets
   * pending_sel and upcall_pending as Xen does.
   */
  public int deliver(int port) {
    throw new UnsupportedOperationException();
  }

  /** As {@link #deliver} for the port bound to a VIRQ of a vCPU; -1 when none is. */
  public int deliverVirq(Virq virq, int vcpu) {
    throw new UnsupportedOperationException();
  }

  /** EVTCHNOP_unmask; the vCPU to wake or -1 in {@code wake}. */
  public long unmask(int port) {
    throw new UnsupportedOperationException();
  }

  public State state(int port) {
    throw new UnsupportedOperationException();
  }
}
