package io.xengarden.node.grpc;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.xengarden.node.relocation.RelocationUpdate;
import io.xengarden.node.relocation.RelocationUpdate.Failed;
import io.xengarden.node.relocation.RelocationUpdate.Finished;
import io.xengarden.node.relocation.RelocationUpdate.Progress;
import io.xengarden.proto.v1.RelocationProgress;
import java.util.function.Consumer;

/**
 * One save, restore or migration as its caller sees it. A caller that does not read misses rounds
 * under way, never a note or the end; one that vanishes stops nothing.
 */
final class RelocationStream extends AbstractOnMessageBehavior<RelocationStream.Command> {
  sealed interface Command {}

  record Updated(RelocationUpdate update) implements Command {}

  private final ServerCallStreamObserver<RelocationProgress> call;

  static Behavior<Command> create(
      Consumer<ActorRef<RelocationUpdate>> order, StreamObserver<RelocationProgress> observer) {
    return Behaviors.setup(context -> new RelocationStream(context, order, observer));
  }

  private RelocationStream(
      ActorContext<Command> context,
      Consumer<ActorRef<RelocationUpdate>> order,
      StreamObserver<RelocationProgress> observer) {
    super(context);
    this.call = (ServerCallStreamObserver<RelocationProgress>) observer;
    order.accept(context.messageAdapter(RelocationUpdate.class, Updated::new));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case Updated(Progress(var progress)) -> {
        boolean mayBeMissed = progress.hasRound() && !progress.getRound().getFinished();
        if (!call.isCancelled() && (call.isReady() || !mayBeMissed)) {
          call.onNext(progress);
        }
        yield this;
      }
      case Updated(Finished()) -> {
        end(call::onCompleted);
        yield Behaviors.stopped();
      }
      case Updated(Failed(var error)) -> {
        end(() -> call.onError(RichErrors.of(error)));
        yield Behaviors.stopped();
      }
    };
  }

  private void end(Runnable ending) {
    if (!call.isCancelled()) {
      ending.run();
    }
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }
}
