package io.xengarden.network;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.XenbusState;
import io.xengarden.network.VifNodes.Device;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.WatchFired;
import io.xengarden.xenstore.XenStoreCommand.Batch;
import io.xengarden.xenstore.XenStoreCommand.Watch;
import java.util.List;

/**
 * One vif's view of xenstore. However often its nodes change, one look at them is under way at a
 * time, and the last look began after the last change.
 */
final class VifStore {
  private enum Look {
    NONE,
    UNDER_WAY,
    OUTDATED
  }

  /** Where answers go. */
  record Replies(
      ActorRef<BatchResult> looks, ActorRef<WatchFired> changes, ActorRef<BatchResult> none) {}

  private final VifSetup setup;
  private final VifNodes nodes;
  private final Device device;
  private final Replies replies;
  private Look look = Look.NONE;

  VifStore(VifSetup setup, Device device, Replies replies) {
    this.setup = setup;
    this.nodes = new VifNodes(setup.backendPath());
    this.device = device;
    this.replies = replies;
  }

  VifNodes nodes() {
    return nodes;
  }

  void watch() {
    for (String path : nodes.watched(device)) {
      setup.store().tell(new Watch(path, "vif", replies.changes()));
    }
  }

  /** Reads all nodes; the answer goes to {@link Replies#looks}. */
  void look() {
    if (look == Look.NONE) {
      look = Look.UNDER_WAY;
      setup.store().tell(new Batch(nodes.readSnapshot(device), replies.looks()));
    } else {
      look = Look.OUTDATED;
    }
  }

  /** A look has been answered; false, and another look is under way, when it was outdated. */
  boolean isFresh() {
    boolean fresh = look == Look.UNDER_WAY;
    look = Look.NONE;
    if (!fresh) {
      look();
    }
    return fresh;
  }

  /** Writes the state and other nodes, unless the toolstack has removed the device. */
  void write(XenbusState state, List<StoreOp> others) {
    setup.store().tell(new Batch(nodes.withState(state, others), replies.none()));
  }
}
