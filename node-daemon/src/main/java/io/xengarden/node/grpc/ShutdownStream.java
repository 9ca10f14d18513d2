package io.xengarden.node.grpc;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.grpc.stub.StreamObserver;
import io.xengarden.node.toolstack.ShutdownNotice;
import io.xengarden.node.toolstack.ShutdownNotice.Progress;
import io.xengarden.node.toolstack.ShutdownNotice.ShutdownDone;
import io.xengarden.node.toolstack.ShutdownNotice.ShutdownFailed;
import io.xengarden.node.toolstack.ToolstackCommand;
import io.xengarden.node.toolstack.ToolstackCommand.ShutdownDomain;
import io.xengarden.proto.v1.ShutdownDomainRequest;
import io.xengarden.proto.v1.ShutdownProgress;

/** One ShutdownDomain call: at most four messages, so that nothing needs to be held back. */
final class ShutdownStream extends AbstractOnMessageBehavior<ShutdownStream.Command> {
  sealed interface Command {}

  record Noticed(ShutdownNotice notice) implements Command {}

  record Cancelled() implements Command {}

  private final StreamObserver<ShutdownProgress> call;

  static Behavior<Command> create(
      ActorRef<ToolstackCommand> toolstack,
      ShutdownDomainRequest request,
      StreamObserver<ShutdownProgress> call) {
    return Behaviors.setup(context -> new ShutdownStream(context, toolstack, request, call));
  }

  private ShutdownStream(
      ActorContext<Command> context,
      ActorRef<ToolstackCommand> toolstack,
      ShutdownDomainRequest request,
      StreamObserver<ShutdownProgress> call) {
    super(context);
    this.call = call;
    ActorRef<ShutdownNotice> notices = context.messageAdapter(ShutdownNotice.class, Noticed::new);
    toolstack.tell(
        new ShutdownDomain(request.getDomain(), request.getKind(), request.getWait(), notices));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case Noticed(Progress(var progress)) -> {
        call.onNext(progress);
        yield this;
      }
      case Noticed(ShutdownDone()) -> {
        call.onCompleted();
        yield Behaviors.stopped();
      }
      case Noticed(ShutdownFailed(var error)) -> {
        call.onError(RichErrors.of(error));
        yield Behaviors.stopped();
      }
      case Cancelled() -> Behaviors.stopped();
    };
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }
}
