package io.xengarden.network;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Port;
import io.xengarden.hypervisor.HypervisorCommand.BindRefused;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.GrantsOpened;
import io.xengarden.hypervisor.HypervisorCommand.GrantsReply;
import io.xengarden.hypervisor.HypervisorCommand.NoSuchDomain;
import io.xengarden.hypervisor.HypervisorCommand.OpenGrants;
import io.xengarden.hypervisor.HypervisorCommand.PortBound;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.network.BridgesCommand.AttachReply;
import io.xengarden.network.BridgesCommand.AttachVif;
import io.xengarden.network.BridgesCommand.Attached;
import io.xengarden.network.BridgesCommand.BridgeRefused;
import io.xengarden.network.VifEvent.AttachAnswered;
import io.xengarden.network.VifEvent.BindAnswered;
import io.xengarden.network.VifEvent.GrantsAnswered;
import io.xengarden.network.VifLink.Dom0Time;
import io.xengarden.network.VifNodes.BadNode;
import io.xengarden.network.VifNodes.Device;
import io.xengarden.network.VifNodes.RingOffer;
import io.xengarden.network.VifNodes.Snapshot;
import io.xengarden.network.VifState.Binding;
import io.xengarden.network.VifState.Connected;
import io.xengarden.network.VifState.InitWait;
import io.xengarden.network.VifState.Linked;
import io.xengarden.network.VifState.Mapping;
import io.xengarden.network.bridge.BridgePort;
import io.xengarden.network.netback.Backlog;
import io.xengarden.network.netback.Netback;
import io.xengarden.network.netback.Statistics;

/**
 * The steps from a frontend's offer to a connection: right to map, ring pages, port. Each begins
 * the next state; a step that fails leaves the state as it was, with what it holds. Before all of
 * them the interface gets its place on the bridge, and keeps it until {@link #close}.
 */
final class VifConnector {
  /** One line for the log and the toolstack. */
  static final class CannotConnect extends Exception {
    private static final long serialVersionUID = 1L;

    CannotConnect(String why) {
      super(why);
    }
  }

  private final VifSetup setup;
  private final Device device;
  private final ActorRef<VifBackendCommand> self;
  private final ActorRef<AttachReply> attachReplies;
  private final ActorRef<GrantsReply> grantsReplies;
  private final ActorRef<BindReply> bindReplies;
  private final Statistics statistics = new Statistics();

  /** Null before the bridge has answered. */
  private BridgePort bridgePort;

  VifConnector(ActorContext<VifBackendCommand> context, VifSetup setup, Device device) {
    this.setup = setup;
    this.device = device;
    this.self = context.getSelf();
    this.attachReplies = context.messageAdapter(AttachReply.class, AttachAnswered::new);
    this.grantsReplies = context.messageAdapter(GrantsReply.class, GrantsAnswered::new);
    this.bindReplies = context.messageAdapter(BindReply.class, BindAnswered::new);
  }

  VifCounters counters() {
    return statistics.counters();
  }

  /** Asks for a port of the bridge; answered by {@link AttachAnswered}. */
  void attach() {
    setup.bridges().tell(new AttachVif(device.bridge(), device.domain(), attachReplies));
  }

  InitWait attachAnswered(AttachReply reply) throws CannotConnect {
    return switch (reply) {
      case Attached(var port) -> {
        bridgePort = port;
        yield new InitWait();
      }
      case BridgeRefused(var why) -> throw new CannotConnect(why);
    };
  }

  Mapping begin(Snapshot now) throws CannotConnect {
    try {
      RingOffer offer = VifNodes.offer(now.offer());
      setup.hypervisor().tell(new OpenGrants(setup.frontend(), grantsReplies));
      return new Mapping(offer);
    } catch (BadNode bad) {
      throw new CannotConnect(bad.getMessage());
    }
  }

  Binding grantsAnswered(Mapping state, GrantsReply reply) throws CannotConnect {
    return switch (reply) {
      case GrantsOpened(var access) -> mapRings(state.offer(), access);
      case NoSuchDomain _ -> throw new CannotConnect("domain " + setup.frontend() + " is gone");
    };
  }

  private Binding mapRings(RingOffer offer, GrantAccess access) throws CannotConnect {
    VifRings rings = VifRings.map(access, offer);
    Bell bell = new Bell(self);
    setup
        .hypervisor()
        .tell(new BindDom0Port(setup.frontend(), offer.eventChannel(), bell, bindReplies));
    return new Binding(offer, access, rings, bell);
  }

  Connected portAnswered(Binding state, BindReply reply) throws CannotConnect {
    return switch (reply) {
      case PortBound bound -> new Connected(link(state, bound));
      case BindRefused(var error) -> throw new CannotConnect("binding event-channel: " + error);
      case NoSuchDomain _ -> throw new CannotConnect("domain " + setup.frontend() + " is gone");
    };
  }

  private VifLink link(Binding state, PortBound bound) {
    Backlog toGuest = new Backlog();
    VifRings rings = state.rings();
    Netback netback =
        new Netback(
            new Netback.Link(rings.tx().page(), rings.rx().page(), state.grants(), bound.peer()),
            new Netback.Interface(
                device.mtu(), state.offer().scatterGather(), device.rate().limit()),
            new Netback.Wire(bridgePort::send, toGuest, setup.clock()),
            statistics);
    return new VifLink(
        new VifLink.Held(rings, bound.port()),
        state.bell(),
        netback,
        new VifLink.Way(bridgePort, toGuest, statistics),
        new Dom0Time(setup.hypervisor()));
  }

  /** Lets go of what a state holds that is left for one without a connection. */
  static void letGo(VifState state) {
    switch (state) {
      case Linked linked -> linked.link().letGo();
      case Binding binding -> binding.rings().close();
      default -> {}
    }
  }

  /** Gives the place on the bridge back; once, at the end. */
  void close() {
    if (bridgePort != null) {
      bridgePort.close();
      bridgePort = null;
    }
  }
}
