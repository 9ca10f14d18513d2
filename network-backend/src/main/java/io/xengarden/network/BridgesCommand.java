package io.xengarden.network;

import akka.actor.typed.ActorRef;
import io.xengarden.network.bridge.BridgeCounters;
import io.xengarden.network.bridge.BridgePort;
import io.xengarden.network.bridge.FrameTap;
import io.xengarden.network.bridge.LearningSwitch;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What the bridges of a host are told. Frames do not come as messages: they go through ports. */
public sealed interface BridgesCommand {
  /**
   * Gives a domain's interface a port, which lets nothing through before it is connected. The port
   * is the asker's to close.
   *
   * @param bridge its name, such as xenbr0
   * @param uuid the domain that will send there
   */
  record AttachVif(String bridge, UUID uuid, ActorRef<AttachReply> replyTo)
      implements BridgesCommand {}

  /** The other hosts, in place of those said before. Frames from others are dropped. */
  record SetPeers(List<String> hosts) implements BridgesCommand {
    public SetPeers {
      hosts = List.copyOf(hosts);
      if (hosts.size() > LearningSwitch.MAX_PEERS) {
        throw new IllegalArgumentException(
            hosts.size() + " peers, at most " + LearningSwitch.MAX_PEERS);
      }
    }
  }

  /**
   * This host owns the domain, under this epoch: its frames are let through from now on. To be said
   * before the domain first runs here, and again when its epoch was raised.
   *
   * @param epoch at least 1
   */
  record OwnDomain(UUID uuid, long epoch) implements BridgesCommand {
    public OwnDomain {
      requireEpoch(epoch);
    }
  }

  /** This host does not own the domain any more: none of its frames are let through. */
  record DisownDomain(UUID uuid) implements BridgesCommand {}

  /** The register says so: frames of this domain under an older epoch are stale. */
  record EpochSeen(UUID uuid, long epoch) implements BridgesCommand {
    public EpochSeen {
      requireEpoch(epoch);
    }
  }

  /** From now on the bridge shows every frame that enters it to the tap; empty: to nobody. */
  record Capture(String bridge, Optional<FrameTap> tap, ActorRef<CaptureReply> replyTo)
      implements BridgesCommand {}

  record ReadBridges(ActorRef<BridgesStatus> replyTo) implements BridgesCommand {}

  sealed interface AttachReply {}

  record Attached(BridgePort port) implements AttachReply {}

  sealed interface CaptureReply {}

  record CaptureSet(String bridge) implements CaptureReply {}

  /**
   * @param why one line, Xen's where Xen has one
   */
  record BridgeRefused(String why) implements AttachReply, CaptureReply {}

  /** By name. */
  record BridgesStatus(List<BridgeStatus> bridges) {}

  /**
   * @param ports interfaces with a port, connected or not
   * @param addresses learned and not yet aged out, or not yet found to be
   */
  record BridgeStatus(String name, int ports, int addresses, BridgeCounters counters) {}

  private static void requireEpoch(long epoch) {
    if (epoch < 1) {
      throw new IllegalArgumentException("epoch " + epoch);
    }
  }
}
