package io.xengarden.storage;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.storage.VbdEvent.NodesRead;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.BatchResult.BatchFailed;
import io.xengarden.xenstore.XenStoreCommand.Batch;

/** A backend before it knows its device: reads the toolstack's nodes, then is a backend. */
final class VbdStarting {
  private final ActorContext<VbdBackendCommand> context;
  private final VbdSetup setup;
  private final VbdCommands commands;

  private VbdStarting(ActorContext<VbdBackendCommand> context, VbdSetup setup) {
    this.context = context;
    this.setup = setup;
    this.commands = new VbdCommands(setup);
  }

  static Behavior<VbdBackendCommand> create(VbdSetup setup) {
    return Behaviors.setup(context -> new VbdStarting(context, setup).readDevice());
  }

  private Behavior<VbdBackendCommand> readDevice() {
    VbdNodes nodes = new VbdNodes(setup.backendPath());
    setup
        .store()
        .tell(
            new Batch(
                nodes.readDevice(), context.messageAdapter(BatchResult.class, NodesRead::new)));
    return Behaviors.receiveMessage(this::onMessage);
  }

  private Behavior<VbdBackendCommand> onMessage(VbdBackendCommand message) {
    switch (message) {
      case NodesRead(BatchDone read) -> {
        return VbdBackend.serve(setup, VbdNodes.device(read), commands);
      }
      case NodesRead(BatchFailed failed) -> {
        context.getLog().warn("no vbd at {}: {}", failed.path(), failed.error());
        commands.answerAll();
        return Behaviors.stopped();
      }
      default -> {
        commands.defer(message);
        return Behaviors.same();
      }
    }
  }
}
