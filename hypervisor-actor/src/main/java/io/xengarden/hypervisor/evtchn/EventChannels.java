package io.xengarden.hypervisor.evtchn;

import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.EventSink;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.Virq;
import io.xengarden.machine.Memory;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * A domain's event-channel ports (2-level ABI), owned by the domain's actor. Results are a port or
 * 0, or a negative errno, as EVTCHNOP returns them. Pending and mask bits live in shared_info.
 *
 * <p>An IPI and an unmask may give a waiting vCPU of this very domain its upcall: behind {@link
 * #send} and {@link #unmask} the owner looks at upcall_pending of those that wait. A vCPU in
 * SCHEDOP_poll is woken by a masked port too: the owner looks at the pending bits of polled ports.
 *
 * <p>Source: xen/include/public/event_channel.h, xen/common/event_channel.c, event_2l.c.
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
  public record Closed(long result, Domid peer, int peerPort) {
    /** Closed, and nobody is to be told. */
    public static final Closed NONE = new Closed(0, Domid.INVALID, 0);

    static final Closed INVALID = new Closed(Errno.EINVAL.result(), Domid.INVALID, 0);

    public boolean hasPeer() {
      return peerPort != 0;
    }
  }

  /**
   * A port as EVTCHNOP_status shows it.
   *
   * @param remote of an unbound or interdomain port, else INVALID
   * @param remotePort of an interdomain port, else 0
   * @param virq of a virq port, else null
   */
  public record Status(State state, int vcpu, Domid remote, int remotePort, Virq virq) {}

  private static final Status CLOSED_PORT = new Status(State.CLOSED, 0, Domid.INVALID, 0, null);

  /** Ports that get a slot at once; most domains never need more. */
  private static final int FIRST_SLOTS = 8;

  private final Memory sharedInfo;
  private final int maxPorts;
  private final int maxVcpus;

  /** By number, as long as was ever needed; null is a closed port. */
  private Port[] ports = new Port[FIRST_SLOTS];

  private static final class Port {
    State state;
    int vcpu;

    /** Of an unbound port: its bind is under way from this side. */
    boolean reserved;

    Domid remote = Domid.INVALID;
    int remotePort;
    EventSink sink;
    Virq virq;

    Port(State state) {
      this.state = state;
    }
  }

  /**
   * @param sharedInfo the shared_info page at address 0
   * @param maxPorts port numbers are below it; 2 to 4096
   * @param maxVcpus 1 to 32, those that have a vcpu_info in the page
   */
  public EventChannels(Memory sharedInfo, int maxPorts, int maxVcpus) {
    if (maxPorts < 2 || maxPorts > SharedInfo.EVTCHN_2L_PORTS) {
      throw new IllegalArgumentException("ports " + maxPorts);
    }
    if (maxVcpus < 1 || maxVcpus > SharedInfo.MAX_LEGACY_VCPUS) {
      throw new IllegalArgumentException("vCPUs " + maxVcpus);
    }
    this.sharedInfo = sharedInfo;
    this.maxPorts = maxPorts;
    this.maxVcpus = maxVcpus;
  }

  public int maxPorts() {
    return maxPorts;
  }

  /** EVTCHNOP_alloc_unbound: a port that {@code remote} may bind to; -ENOSPC. */
  public long allocUnbound(Domid remote) {
    Port port = new Port(State.UNBOUND);
    port.remote = remote;
    return place(port);
  }

  /**
   * EVTCHNOP_bind_virq: -EINVAL for a global virq on another vCPU than 0, -ENOENT for a vCPU that
   * is none, -EEXIST when it is bound on that vCPU, -ENOSPC.
   */
  public long bindVirq(Virq virq, int vcpu) {
    if (virq.scope() == Virq.Scope.GLOBAL && vcpu != 0) {
      return Errno.EINVAL.result();
    }
    if (!isVcpu(vcpu)) {
      return Errno.ENOENT.result();
    }
    if (portOf(virq, vcpu) != 0) {
      return Errno.EEXIST.result();
    }
    Port port = new Port(State.VIRQ);
    port.virq = virq;
    port.vcpu = vcpu;
    return place(port);
  }

  /** EVTCHNOP_bind_ipi: -ENOENT for a vCPU that is none, -ENOSPC. */
  public long bindIpi(int vcpu) {
    if (!isVcpu(vcpu)) {
      return Errno.ENOENT.result();
    }
    Port port = new Port(State.IPI);
    port.vcpu = vcpu;
    return place(port);
  }

  /**
   * EVTCHNOP_bind_vcpu: from now on the port notifies that vCPU. -ENOENT for a vCPU that is none,
   * -EINVAL for a port that stays where it is (closed, IPI, per-vCPU virq).
   */
  public long bindVcpu(int port, int vcpu) {
    if (!isVcpu(vcpu)) {
      return Errno.ENOENT.result();
    }
    Port bound = find(port);
    boolean movable =
        bound != null
            && bound.state != State.IPI
            && (bound.state != State.VIRQ || bound.virq.scope() == Virq.Scope.GLOBAL);
    if (!movable) {
      return Errno.EINVAL.result();
    }
    bound.vcpu = vcpu;
    return 0;
  }

  /**
   * Reserves the lowest free port for a bind that is under way; -ENOSPC. It shows as unbound.
   * {@link #connect} ends that, or {@link #close} when the bind was refused.
   */
  public long reserve(Domid remote) {
    Port port = new Port(State.UNBOUND);
    port.remote = remote;
    port.reserved = true;
    return place(port);
  }

  /** Connects an UNBOUND (for {@code peer}) or reserved port; 0 or -EINVAL. */
  public long connect(int port, Domid peer, int peerPort, EventSink sink) {
    Port unbound = find(port);
    if (unbound == null || unbound.state != State.UNBOUND || !unbound.remote.equals(peer)) {
      return Errno.EINVAL.result();
    }
    unbound.state = State.INTERDOMAIN;
    unbound.reserved = false;
    unbound.remotePort = peerPort;
    unbound.sink = sink;
    return 0;
  }

  /** The far end went away: the port is UNBOUND, for the same remote. Others stay what they are. */
  public void disconnect(int port) {
    Port bound = find(port);
    if (bound != null && bound.state == State.INTERDOMAIN) {
      bound.state = State.UNBOUND;
      bound.remotePort = 0;
      bound.sink = null;
    }
  }

  /** EVTCHNOP_close: the port is free and not pending; -EINVAL when it was free. */
  public Closed close(int port) {
    Port open = find(port);
    if (open == null) {
      return Closed.INVALID;
    }
    ports[port] = null;
    SharedInfo.clearPending(sharedInfo, 0, port); // whoever gets the number next has no event yet
    return open.state == State.INTERDOMAIN
        ? new Closed(0, open.remote, open.remotePort)
        : Closed.NONE;
  }

  /**
   * EVTCHNOP_send: raises the peer's sink, or this domain's own vCPU for an IPI. Sending to an
   * unbound port is dropped; -EINVAL for any other.
   */
  public long send(int port) {
    Port from = find(port);
    if (from == null) {
      return Errno.EINVAL.result();
    }
    switch (from.state) {
      case INTERDOMAIN -> from.sink.raise();
      case IPI -> deliver(port);
      case UNBOUND -> {} // as on Xen: the far end is gone or not there yet
      case VIRQ, PIRQ, CLOSED -> {
        return Errno.EINVAL.result();
      }
    }
    return 0;
  }

  /**
   * Sets a port pending. The vCPU that must be woken, or -1 when masked or pending already; sets
   * pending_sel and upcall_pending as Xen does. A closed port is left alone: the event was raised
   * before it was closed.
   */
  public int deliver(int port) {
    Port to = find(port);
    if (to == null || SharedInfo.setPending(sharedInfo, 0, port)) {
      return -1;
    }
    VarHandle.fullFence(); // pending, then mask; a guest unmasks, then looks at pending
    return SharedInfo.isMasked(sharedInfo, 0, port) ? -1 : markForUpcall(port, to.vcpu);
  }

  /** As {@link #deliver} for the port bound to a VIRQ of a vCPU; -1 when none is. */
  public int deliverVirq(Virq virq, int vcpu) {
    int port = portOf(virq, vcpu);
    return port == 0 ? -1 : deliver(port);
  }

  /**
   * EVTCHNOP_unmask: 0, or -EINVAL for a number that no port can have. A port that was pending
   * gives its vCPU an upcall.
   */
  public long unmask(int port) {
    if (port <= 0 || port >= maxPorts) {
      return Errno.EINVAL.result();
    }
    if (SharedInfo.unmask(sharedInfo, 0, port)) {
      VarHandle.fullFence(); // mask, then pending: the other half of deliver
      if (SharedInfo.isPending(sharedInfo, 0, port)) {
        Port bound = find(port);
        markForUpcall(port, bound == null ? 0 : bound.vcpu);
      }
    }
    return 0;
  }

  /** The vCPU to wake, or -1 when it knows already. */
  private int markForUpcall(int port, int vcpu) {
    if (SharedInfo.setPendingSel(sharedInfo, 0, vcpu, port >>> 6)) {
      return -1;
    }
    // Also when an upcall was pending: waking twice is harmless, and a guest may have cleared it.
    SharedInfo.setUpcallPending(sharedInfo, 0, vcpu);
    return vcpu;
  }

  public State state(int port) {
    Port known = find(port);
    return known == null ? State.CLOSED : known.state;
  }

  /** EVTCHNOP_status; a port that is out of range shows as closed. */
  public Status status(int port) {
    Port known = find(port);
    return known == null
        ? CLOSED_PORT
        : new Status(known.state, known.vcpu, known.remote, known.remotePort, known.virq);
  }

  /** The lowest port behind {@code port} that is not closed, or -1; 0 starts. */
  public int nextOpen(int port) {
    for (int next = port + 1; next < ports.length; next++) {
      if (ports[next] != null) {
        return next;
      }
    }
    return -1;
  }

  private Port find(int port) {
    return port > 0 && port < ports.length ? ports[port] : null;
  }

  private boolean isVcpu(int vcpu) {
    return vcpu >= 0 && vcpu < maxVcpus;
  }

  /** A virq is found by looking at the ports: there are few, and they need no second table. */
  private int portOf(Virq virq, int vcpu) {
    boolean global = virq.scope() == Virq.Scope.GLOBAL;
    for (int port = 1; port < ports.length; port++) {
      Port bound = ports[port];
      if (bound != null && bound.virq == virq && (global || bound.vcpu == vcpu)) {
        return port;
      }
    }
    return 0;
  }

  /** Puts a new port at the lowest free number. */
  private long place(Port port) {
    int number = 1;
    while (number < ports.length && ports[number] != null) {
      number++;
    }
    if (number >= maxPorts) {
      return Errno.ENOSPC.result();
    }
    if (number == ports.length) {
      ports = Arrays.copyOf(ports, Math.min(2 * ports.length, maxPorts));
    }
    ports[number] = port;
    return number;
  }
}
