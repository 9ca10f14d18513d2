package io.xengarden.node.array.adapter;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.RegisterCommand.OwnershipChange;
import io.xengarden.proto.v1.OwnershipRegisterGrpc;
import io.xengarden.proto.v1.WatchOwnershipsRequest;
import java.time.Duration;
import java.util.UUID;

/**
 * One watch on the register over gRPC, taken up again whenever it breaks, until its watcher ends.
 */
final class RemoteWatch extends AbstractOnMessageBehavior<RemoteWatch.Message> {
  private static final Duration RETRY_AFTER = Duration.ofMillis(500);

  sealed interface Message {}

  private record Changed(long call, OwnershipChange change) implements Message {}

  private record Broken(long call, String why) implements Message {}

  private record Retry() implements Message {}

  private record WatcherGone() implements Message {}

  private final TimerScheduler<Message> timers;
  private final ManagedChannel array;
  private final ActorRef<OwnershipChange> watcher;
  private Context.CancellableContext call;
  private long calls;

  private RemoteWatch(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      ManagedChannel array,
      ActorRef<OwnershipChange> watcher) {
    super(context);
    this.timers = timers;
    this.array = array;
    this.watcher = watcher;
    context.watchWith(watcher, new WatcherGone());
    call();
  }

  static Behavior<Message> create(ManagedChannel array, ActorRef<OwnershipChange> watcher) {
    return Behaviors.withTimers(
        timers -> Behaviors.setup(context -> new RemoteWatch(context, timers, array, watcher)));
  }

  @Override
  public Behavior<Message> onMessage(Message message) {
    return switch (message) {
      case Changed(var from, var change) -> {
        if (from == calls) {
          watcher.tell(change);
        }
        yield this;
      }
      case Broken(var from, var why) -> {
        if (from == calls) {
          onBroken(why);
        }
        yield this;
      }
      case Retry() -> {
        call();
        yield this;
      }
      case WatcherGone() -> Behaviors.stopped();
    };
  }

  @Override
  public Behavior<Message> onSignal(Signal signal) {
    return switch (signal) {
      case PostStop _ -> {
        call.cancel(null);
        yield this;
      }
      case Terminated _ -> Behaviors.unhandled();
      default -> this;
    };
  }

  private void onBroken(String why) {
    getContext().getLog().debug("watch on the register broke: {}", why);
    calls++; // what this call still says is old
    watcher.tell(new OwnershipChange.Disconnected());
    timers.startSingleTimer(new Retry(), RETRY_AFTER);
  }

  private void call() {
    long number = ++calls;
    ActorRef<Message> self = getContext().getSelf();
    call = Context.ROOT.withCancellation();
    array.resetConnectBackoff();
    call.run(
        () ->
            OwnershipRegisterGrpc.newStub(array)
                .watchOwnerships(
                    WatchOwnershipsRequest.getDefaultInstance(), new Feed(self, number)));
  }

  /** Told from gRPC's threads; the array says Restarted by opening the stream. */
  private record Feed(ActorRef<Message> watch, long call)
      implements StreamObserver<io.xengarden.proto.v1.OwnershipChange> {

    @Override
    public void onNext(io.xengarden.proto.v1.OwnershipChange change) {
      switch (change.getChangeCase()) {
        case RESTARTED -> tell(new OwnershipChange.Restarted());
        case PUT -> tell(new OwnershipChange.Put(Wire.fromProto(change.getPut())));
        case REMOVED_UUID ->
            tell(new OwnershipChange.Removed(UUID.fromString(change.getRemovedUuid())));
        case CAUGHT_UP -> tell(new OwnershipChange.CaughtUp());
        case CHANGE_NOT_SET -> {} // a newer array's word
      }
    }

    @Override
    public void onError(Throwable error) {
      watch.tell(new Broken(call, String.valueOf(error.getMessage())));
    }

    @Override
    public void onCompleted() {
      watch.tell(new Broken(call, "ended"));
    }

    private void tell(RegisterCommand.OwnershipChange change) {
      watch.tell(new Changed(call, change));
    }
  }
}
