package io.xengarden.node.array.adapter;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.RegisterCommand.OwnershipChange;
import java.util.ArrayDeque;

/**
 * One watcher's stream. What the client does not take yet waits here, bounded: a client that falls
 * further behind is told so and begins anew.
 */
final class WatchFeed extends AbstractOnMessageBehavior<WatchFeed.Message> {
  /** A whole register and as many changes again. */
  private static final int MAX_WAITING = 200_000;

  sealed interface Message {}

  private record Changed(OwnershipChange change) implements Message {}

  private record Ready() implements Message {}

  private record Cancelled() implements Message {}

  private final ServerCallStreamObserver<io.xengarden.proto.v1.OwnershipChange> response;
  private final ArrayDeque<OwnershipChange> waiting = new ArrayDeque<>();

  private WatchFeed(
      ActorContext<Message> context,
      ServerCallStreamObserver<io.xengarden.proto.v1.OwnershipChange> response) {
    super(context);
    this.response = response;
  }

  /** Called on gRPC's thread before the call returns, as its handlers demand. */
  static void open(
      ActorSystem<?> system,
      String name,
      ActorRef<RegisterCommand> register,
      ServerCallStreamObserver<io.xengarden.proto.v1.OwnershipChange> response) {
    Behavior<Message> behavior =
        Behaviors.setup(
            context -> {
              register.tell(
                  new RegisterCommand.WatchOwnerships(
                      context.messageAdapter(OwnershipChange.class, Changed::new)));
              return new WatchFeed(context, response);
            });
    ActorRef<Message> feed = system.systemActorOf(behavior, name, Props.empty());
    response.setOnReadyHandler(() -> feed.tell(new Ready()));
    response.setOnCancelHandler(() -> feed.tell(new Cancelled()));
  }

  @Override
  public Behavior<Message> onMessage(Message message) {
    return switch (message) {
      case Changed(var change) -> onChanged(change);
      case Ready() -> {
        send();
        yield this;
      }
      case Cancelled() -> Behaviors.stopped();
    };
  }

  @Override
  public Behavior<Message> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Behavior<Message> onChanged(OwnershipChange change) {
    if (waiting.size() >= MAX_WAITING) {
      response.onError(
          Status.RESOURCE_EXHAUSTED
              .withDescription("more than " + MAX_WAITING + " changes behind")
              .asException());
      return Behaviors.stopped();
    }
    waiting.add(change);
    send();
    return this;
  }

  private void send() {
    while (response.isReady() && !waiting.isEmpty()) {
      io.xengarden.proto.v1.OwnershipChange.Builder out =
          io.xengarden.proto.v1.OwnershipChange.newBuilder();
      switch (waiting.remove()) {
        case OwnershipChange.Restarted() -> out.setRestarted(true);
        case OwnershipChange.Put(var ownership) -> out.setPut(Wire.toProto(ownership));
        case OwnershipChange.Removed(var uuid) -> out.setRemovedUuid(uuid.toString());
        case OwnershipChange.CaughtUp() -> out.setCaughtUp(true);
        case OwnershipChange.Disconnected() ->
            throw new IllegalStateException("the register itself cannot be disconnected");
      }
      response.onNext(out.build());
    }
  }
}
