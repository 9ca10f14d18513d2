package io.xengarden.storage;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.StashBuffer;
import io.xengarden.storage.VbdEvent.NodesRead;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.BatchResult.BatchFailed;
import io.xengarden.xenstore.XenStoreCommand.Batch;

/** A backend before it knows its device: reads the toolstack's nodes, then is a backend. */
final class VbdStarting {
  /** Messages that may wait for the first answer. */
  static final int MAX_WAITING = 64;

  private VbdStarting() {}

  static Behavior<VbdBackendCommand> create(VbdSetup setup) {
    return Behaviors.withStash(
        MAX_WAITING, stash -> Behaviors.setup(context -> start(context, stash, setup)));
  }

  private static Behavior<VbdBackendCommand> start(
      ActorContext<VbdBackendCommand> context,
      StashBuffer<VbdBackendCommand> stash,
      VbdSetup setup) {
    VbdNodes nodes = new VbdNodes(setup.backendPath());
    setup
        .store()
        .tell(
            new Batch(
                nodes.readDevice(), context.messageAdapter(BatchResult.class, NodesRead::new)));
    return Behaviors.receiveMessage(
        message ->
            switch (message) {
              case NodesRead(BatchDone read) ->
                  stash.unstashAll(VbdBackend.serve(setup, VbdNodes.device(read)));
              case NodesRead(BatchFailed failed) -> {
                context.getLog().warn("no vbd at {}: {}", failed.path(), failed.error());
                yield Behaviors.stopped();
              }
              default -> {
                stash.stash(message);
                yield Behaviors.same();
              }
            });
  }
}
