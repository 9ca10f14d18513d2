package io.xengarden.hypervisor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.EventSink;
import io.xengarden.abi.Virq;
import io.xengarden.hypervisor.DomainSignal.PeerAnswered;
import io.xengarden.hypervisor.DomainSignal.PeerBindAnswer;
import io.xengarden.hypervisor.DomainSignal.PeerBinds;
import io.xengarden.hypervisor.DomainSignal.PeerClosed;
import io.xengarden.hypervisor.DomainSignal.PeerConnected;
import io.xengarden.hypervisor.DomainSignal.PeerRefused;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Port;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Virq;
import io.xengarden.hypervisor.HypervisorCommand.BindInterdomain;
import io.xengarden.hypervisor.HypervisorCommand.BindRefused;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.NoSuchDomain;
import io.xengarden.hypervisor.HypervisorCommand.PortBound;
import io.xengarden.hypervisor.HypervisorCommand.PortClosed;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Brings event-channel ports together: dom0's, which live here, and domUs', which live in their
 * actors. Knows which two ports are bound, so that a message about a connection that is gone does
 * not hit the next one with the same number.
 *
 * <p>A bind goes to the domain that has the unbound port and comes back as an answer by way of a
 * short-lived actor; a close by that domain may overtake it, see {@link Bind#closedEarly}.
 */
final class EventBinding {
  /** Ports of dom0, as many as the FIFO ABI has. */
  static final int DOM0_MAX_PORTS = 131_072;

  private static final EventSink NOBODY = () -> {};

  /** One end of a channel. Domids order it, so that a domain's ends lie together. */
  record End(Domid domid, int port) implements Comparable<End> {
    @Override
    public int compareTo(End other) {
      int byDomid = domid.compareTo(other.domid);
      return byDomid != 0 ? byDomid : Integer.compare(port, other.port);
    }
  }

  /** Who asked for a bind, and hears how it went. */
  private sealed interface Binder {}

  private record Dom0(ActorRef<BindReply> replyTo) implements Binder {}

  private record Guest(DomainEntry domain) implements Binder {}

  /** A bind under way. */
  static final class Bind {
    private final Binder binder;
    private final End local;
    private final EventSink sink;
    private final End remote;
    private ActorRef<PeerBindAnswer> answers;

    /** The remote end had connected and closed again before its answer got here. */
    private boolean closedEarly;

    private Bind(Binder binder, End local, EventSink sink, End remote) {
      this.binder = binder;
      this.local = local;
      this.sink = sink;
      this.remote = remote;
    }
  }

  private final ActorContext<HypervisorCommand> context;
  private final DomainTable domains;
  private final BitSet dom0Ports = new BitSet();
  private final EnumMap<Virq, EventSink> virqSinks = new EnumMap<>(Virq.class);
  private final Map<Integer, Virq> virqPorts = new TreeMap<>();
  private final TreeMap<End, End> bound = new TreeMap<>();
  private final TreeMap<Long, Bind> underWay = new TreeMap<>();
  private long binds;

  EventBinding(ActorContext<HypervisorCommand> context, DomainTable domains) {
    this.context = context;
    this.domains = domains;
    dom0Ports.set(0); // no port has number 0
  }

  // ---- VIRQs of dom0 ----

  void bindVirq(BindDom0Virq bind) {
    if (bind.virq().scope() != Virq.Scope.GLOBAL) {
      bind.replyTo().tell(new BindRefused(Errno.EINVAL));
    } else if (virqSinks.containsKey(bind.virq())) {
      bind.replyTo().tell(new BindRefused(Errno.EEXIST));
    } else {
      int port = takeDom0Port();
      if (port < 0) {
        bind.replyTo().tell(new BindRefused(Errno.ENOSPC));
        return;
      }
      virqSinks.put(bind.virq(), bind.local());
      virqPorts.put(port, bind.virq());
      bind.replyTo().tell(new PortBound(port, NOBODY));
    }
  }

  void raise(Virq virq) {
    EventSink sink = virqSinks.get(virq);
    if (sink != null) {
      sink.raise();
    }
  }

  // ---- binding ----

  void bindDom0(BindDom0Port bind) {
    DomainEntry remote = domains.alive(bind.remote());
    if (remote == null || remote.actorDied) {
      bind.replyTo().tell(new NoSuchDomain(bind.remote()));
      return;
    }
    int port = takeDom0Port();
    if (port < 0) {
      bind.replyTo().tell(new BindRefused(Errno.ENOSPC));
      return;
    }
    ask(
        remote,
        new Bind(
            new Dom0(bind.replyTo()),
            new End(Domid.DOM0, port),
            bind.local(),
            new End(bind.remote(), bind.remotePort())));
  }

  void bindInterdomain(BindInterdomain bind) {
    DomainEntry binder = domains.alive(bind.domid());
    if (binder == null || binder.actor == null) {
      return;
    }
    DomainEntry remote = domains.alive(bind.remote());
    if (remote == null || remote.actorDied) {
      PeerRefused refused = new PeerRefused(Errno.ESRCH);
      binder.actor.tell(new PeerAnswered(bind.localPort(), refused));
      return;
    }
    ask(
        remote,
        new Bind(
            new Guest(binder),
            new End(bind.domid(), bind.localPort()),
            bind.local(),
            new End(bind.remote(), bind.remotePort())));
  }

  private void ask(DomainEntry remote, Bind bind) {
    if (remote.actor == null) {
      remote.waitingBinds.add(bind);
      return;
    }
    long number = ++binds;
    underWay.put(number, bind);
    bind.answers = context.spawnAnonymous(answer(context.getSelf(), number));
    remote.actor.tell(
        new PeerBinds(
            bind.remote.port(), bind.local.domid(), bind.local.port(), bind.sink, bind.answers));
  }

  private static Behavior<PeerBindAnswer> answer(ActorRef<HypervisorCommand> self, long number) {
    return Behaviors.receive(PeerBindAnswer.class)
        .onAnyMessage(
            answer -> {
              self.tell(new InternalCommand.BindAnswered(number, answer));
              return Behaviors.stopped();
            })
        .build();
  }

  /** The domain's actor is there: what waited for it goes to it. */
  void attached(DomainEntry domain) {
    List<Bind> waiting = List.copyOf(domain.waitingBinds);
    domain.waitingBinds.clear();
    waiting.forEach(bind -> ask(domain, bind));
  }

  void answered(InternalCommand.BindAnswered answered) {
    Bind bind = underWay.remove(answered.bind());
    if (bind == null) {
      return; // its domain has died since, and the binder knows
    }
    switch (answered.answer()) {
      case PeerConnected connected -> connected(bind, connected);
      case PeerRefused refused -> refused(bind, refused);
    }
  }

  private void connected(Bind bind, PeerConnected connected) {
    if (bind.binder instanceof Guest guest && !canHear(guest.domain)) {
      if (!bind.closedEarly) {
        tellClosed(bind.remote);
      }
      return;
    }
    if (!bind.closedEarly) {
      bound.put(bind.local, bind.remote);
      bound.put(bind.remote, bind.local);
    }
    switch (bind.binder) {
      case Dom0(var replyTo) -> replyTo.tell(new PortBound(bind.local.port(), connected.sink()));
      case Guest(var domain) -> domain.actor.tell(new PeerAnswered(bind.local.port(), connected));
    }
    bind.sink.raise();
    if (bind.closedEarly) {
      tellClosed(bind.local);
    }
  }

  private void refused(Bind bind, PeerRefused refused) {
    switch (bind.binder) {
      case Dom0(var replyTo) -> {
        dom0Ports.clear(bind.local.port());
        replyTo.tell(new BindRefused(refused.error()));
      }
      case Guest(var domain) -> {
        if (canHear(domain)) {
          domain.actor.tell(new PeerAnswered(bind.local.port(), refused));
        }
      }
    }
  }

  private boolean canHear(DomainEntry domain) {
    return domain.actor != null && domains.get(domain.domid()) == domain;
  }

  // ---- closing ----

  void closeDom0Port(int port) {
    End local = new End(Domid.DOM0, port);
    Virq virq = virqPorts.remove(port);
    if (virq != null) {
      virqSinks.remove(virq);
      dom0Ports.clear(port);
    } else if (port > 0 && dom0Ports.get(port) && !isUnderWay(local)) {
      dom0Ports.clear(port);
      End peer = bound.remove(local);
      if (peer != null) {
        bound.remove(peer);
        tellClosed(peer);
      }
    }
  }

  private boolean isUnderWay(End local) {
    return underWay.values().stream().anyMatch(bind -> bind.local.equals(local));
  }

  void closed(PortClosed closed) {
    End peer = new End(closed.peer(), closed.peerPort());
    End closing = bound.get(peer);
    if (closing != null && closing.domid().equals(closed.domid())) {
      bound.remove(peer);
      bound.remove(closing);
      tellClosed(peer);
      return;
    }
    for (Bind bind : underWay.values()) {
      if (bind.local.equals(peer) && bind.remote.domid().equals(closed.domid())) {
        bind.closedEarly = true;
      }
    }
  }

  /** A domain's ports are gone: its peers' are unbound, and binds to it come to nothing. */
  void closeAll(DomainEntry domain) {
    Domid domid = domain.domid();
    End first = new End(domid, 0);
    for (End own :
        List.copyOf(bound.tailMap(first).headMap(new End(domid, Integer.MAX_VALUE)).keySet())) {
      End peer = bound.remove(own);
      if (peer != null) {
        bound.remove(peer);
        tellClosed(peer);
      }
    }
    refuseBindsTo(domain);
  }

  /** The domain cannot answer any more. */
  void refuseBindsTo(DomainEntry domain) {
    List<Bind> lost = new ArrayList<>(domain.waitingBinds);
    domain.waitingBinds.clear();
    for (Iterator<Bind> it = underWay.values().iterator(); it.hasNext(); ) {
      Bind bind = it.next();
      if (bind.remote.domid().equals(domain.domid())) {
        it.remove();
        context.stop(bind.answers);
        lost.add(bind);
      }
    }
    lost.forEach(bind -> lost(bind, domain.domid()));
  }

  private void lost(Bind bind, Domid remote) {
    switch (bind.binder) {
      case Dom0(var replyTo) -> {
        dom0Ports.clear(bind.local.port());
        replyTo.tell(new NoSuchDomain(remote));
      }
      case Guest _ -> refused(bind, new PeerRefused(Errno.ESRCH));
    }
  }

  /** A dom0 port stays taken, as an unbound one does, until its driver closes it. */
  private void tellClosed(End end) {
    DomainEntry domain = domains.get(end.domid());
    if (domain != null && domain.actor != null) {
      domain.actor.tell(new PeerClosed(end.port()));
    }
  }

  private int takeDom0Port() {
    int port = dom0Ports.nextClearBit(1);
    if (port >= DOM0_MAX_PORTS) {
      return -1;
    }
    dom0Ports.set(port);
    return port;
  }
}
