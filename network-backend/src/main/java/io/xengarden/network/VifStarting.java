package io.xengarden.network;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.XenbusState;
import io.xengarden.network.VifEvent.NodesRead;
import io.xengarden.network.VifNodes.BadNode;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.BatchResult.BatchFailed;
import io.xengarden.xenstore.XenStoreCommand.Batch;

/** A backend before it knows its device: reads the toolstack's nodes, then is a backend. */
final class VifStarting {
  private final ActorContext<VifBackendCommand> context;
  private final VifSetup setup;
  private final VifNodes nodes;
  private final VifCommands commands;

  private VifStarting(ActorContext<VifBackendCommand> context, VifSetup setup) {
    this.context = context;
    this.setup = setup;
    this.nodes = new VifNodes(setup.backendPath());
    this.commands = new VifCommands(setup);
  }

  static Behavior<VifBackendCommand> create(VifSetup setup) {
    return Behaviors.setup(context -> new VifStarting(context, setup).readDevice());
  }

  private Behavior<VifBackendCommand> readDevice() {
    setup
        .store()
        .tell(
            new Batch(
                nodes.readDevice(setup.frontend()),
                context.messageAdapter(BatchResult.class, NodesRead::new)));
    return Behaviors.receiveMessage(this::onMessage);
  }

  private Behavior<VifBackendCommand> onMessage(VifBackendCommand message) {
    switch (message) {
      case NodesRead(BatchDone read) -> {
        return onRead(read);
      }
      case NodesRead(BatchFailed failed) -> {
        context.getLog().warn("no vif at {}: {}", failed.path(), failed.error());
        return stop();
      }
      default -> {
        commands.defer(message);
        return Behaviors.same();
      }
    }
  }

  private Behavior<VifBackendCommand> onRead(BatchDone read) {
    try {
      return VifBackend.serve(setup, VifNodes.device(read), commands);
    } catch (BadNode bad) {
      String why = bad.getMessage();
      context.getLog().warn("vif {} of domain {}: {}", setup.devid(), setup.frontend(), why);
      setup
          .store()
          .tell(
              new Batch(
                  nodes.withState(XenbusState.CLOSED, nodes.error(why)),
                  context.getSystem().ignoreRef()));
      return stop();
    }
  }

  private Behavior<VifBackendCommand> stop() {
    commands.answerAll();
    return Behaviors.stopped();
  }
}
