package io.xengarden.network;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.machine.HostClock;
import io.xengarden.network.BridgesCommand.AttachReply;
import io.xengarden.network.BridgesCommand.AttachVif;
import io.xengarden.network.BridgesCommand.Attached;
import io.xengarden.network.BridgesCommand.BridgeRefused;
import io.xengarden.network.BridgesCommand.BridgeStatus;
import io.xengarden.network.BridgesCommand.BridgesStatus;
import io.xengarden.network.BridgesCommand.Capture;
import io.xengarden.network.BridgesCommand.CaptureSet;
import io.xengarden.network.BridgesCommand.DisownDomain;
import io.xengarden.network.BridgesCommand.EpochSeen;
import io.xengarden.network.BridgesCommand.OwnDomain;
import io.xengarden.network.BridgesCommand.ReadBridges;
import io.xengarden.network.BridgesCommand.SetPeers;
import io.xengarden.network.OverlayLink.OverlayFrame;
import io.xengarden.network.bridge.LearningSwitch;
import io.xengarden.network.bridge.Owners;
import java.util.List;
import java.util.TreeMap;

/**
 * The bridges of one host: gives interfaces their ports, knows the other hosts, and which domains
 * this host owns. It only sets up: a frame goes from port to port without it.
 */
public final class Bridges extends AbstractOnMessageBehavior<BridgesCommand> {
  /** The bridge that an interface is on when its configuration names none. */
  public static final String DEFAULT_BRIDGE = "xenbr0";

  /** Bridges of one host. */
  public static final int MAX_BRIDGES = 64;

  /**
   * @param names such as xenbr0; they are the same on every host
   */
  public record BridgesSetup(List<String> names, HostClock clock, OverlayLink overlay) {
    public BridgesSetup {
      names = List.copyOf(names);
      if (names.size() > MAX_BRIDGES) {
        throw new IllegalArgumentException(names.size() + " bridges, at most " + MAX_BRIDGES);
      }
    }
  }

  private final TreeMap<String, LearningSwitch> bridges;
  private final Owners owners;

  public static Behavior<BridgesCommand> create(BridgesSetup setup) {
    return Behaviors.setup(context -> new Bridges(context, setup));
  }

  private Bridges(ActorContext<BridgesCommand> context, BridgesSetup setup) {
    super(context);
    this.owners = new Owners();
    this.bridges = new TreeMap<>();
    LearningSwitch.Surroundings around =
        new LearningSwitch.Surroundings(setup.clock(), setup.overlay(), owners);
    setup.names().forEach(name -> bridges.put(name, new LearningSwitch(name, around)));
    TreeMap<String, LearningSwitch> byName = bridges; // never changed again: any thread may look
    setup.overlay().open((fromHost, frame) -> received(byName, fromHost, frame));
  }

  /** On the link's thread. */
  private static void received(
      TreeMap<String, LearningSwitch> bridges, String fromHost, OverlayFrame frame) {
    LearningSwitch bridge = bridges.get(frame.bridge());
    if (bridge != null) {
      bridge.fromPeer(fromHost, frame);
    }
  }

  @Override
  public Behavior<BridgesCommand> onMessage(BridgesCommand message) {
    switch (message) {
      case AttachVif attach -> attach.replyTo().tell(attach(attach));
      case SetPeers(var hosts) -> bridges.values().forEach(bridge -> bridge.setPeers(hosts));
      case OwnDomain(var uuid, var epoch) -> owners.own(uuid, epoch);
      case DisownDomain(var uuid) -> owners.disown(uuid);
      case EpochSeen(var uuid, var epoch) -> owners.see(uuid, epoch);
      case Capture capture -> onCapture(capture);
      case ReadBridges(var replyTo) -> replyTo.tell(status());
    }
    return this;
  }

  private AttachReply attach(AttachVif attach) {
    LearningSwitch bridge = bridges.get(attach.bridge());
    if (bridge == null) {
      return noBridge(attach.bridge());
    }
    return bridge
        .attach(attach.uuid())
        .<AttachReply>map(Attached::new)
        .orElseGet(
            () ->
                new BridgeRefused(
                    "bridge %s has all its %d ports in use"
                        .formatted(bridge.name(), LearningSwitch.MAX_PORTS)));
  }

  private void onCapture(Capture capture) {
    LearningSwitch bridge = bridges.get(capture.bridge());
    if (bridge == null) {
      capture.replyTo().tell(noBridge(capture.bridge()));
    } else {
      bridge.setTap(capture.tap().orElse(null));
      capture.replyTo().tell(new CaptureSet(bridge.name()));
    }
  }

  /** The words of Xen's vif-bridge script. */
  private static BridgeRefused noBridge(String name) {
    return new BridgeRefused("Could not find bridge device " + name);
  }

  private BridgesStatus status() {
    return new BridgesStatus(
        bridges.values().stream()
            .map(
                bridge ->
                    new BridgeStatus(
                        bridge.name(), bridge.ports(), bridge.addresses(), bridge.counters()))
            .toList());
  }
}
