package io.xengarden.node.array.sim;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.RegisterCommand.OwnershipChange;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Supplier;

/** A watch over a simulated link: each change a little later, in order, until the link breaks. */
final class LinkedWatch extends AbstractOnMessageBehavior<LinkedWatch.Message> {
  private static final Duration RETRY_AFTER = Duration.ofMillis(500);

  sealed interface Message {}

  record Broken() implements Message {}

  private record Changed(long stream, OwnershipChange change) implements Message {}

  private record Deliver() implements Message {}

  private record Retry() implements Message {}

  private final TimerScheduler<Message> timers;
  private final Supplier<Optional<ActorRef<RegisterCommand>>> register;
  private final Supplier<Duration> delay;
  private final ActorRef<OwnershipChange> watcher;
  private final Queue<OwnershipChange> onTheWay = new ArrayDeque<>();
  private Optional<ActorRef<OwnershipChange>> reading = Optional.empty();
  private long streams;

  private LinkedWatch(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      Supplier<Optional<ActorRef<RegisterCommand>>> register,
      Supplier<Duration> delay,
      ActorRef<OwnershipChange> watcher) {
    super(context);
    this.timers = timers;
    this.register = register;
    this.delay = delay;
    this.watcher = watcher;
    begin();
  }

  static Behavior<Message> create(
      Supplier<Optional<ActorRef<RegisterCommand>>> register,
      Supplier<Duration> delay,
      ActorRef<OwnershipChange> watcher) {
    return Behaviors.withTimers(
        timers ->
            Behaviors.setup(context -> new LinkedWatch(context, timers, register, delay, watcher)));
  }

  @Override
  public Behavior<Message> onMessage(Message message) {
    switch (message) {
      case Broken() -> onBroken();
      case Changed(var stream, var change) -> onChanged(stream, change);
      case Deliver() -> deliver();
      case Retry() -> begin();
    }
    return this;
  }

  @Override
  public Behavior<Message> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private void begin() {
    long stream = ++streams;
    Optional<ActorRef<RegisterCommand>> there = register.get();
    if (there.isEmpty()) {
      timers.startSingleTimer(new Retry(), RETRY_AFTER);
      return;
    }
    ActorRef<Message> self = getContext().getSelf();
    ActorRef<OwnershipChange> receiver =
        getContext()
            .spawnAnonymous(
                Behaviors.receiveMessage(
                    change -> {
                      self.tell(new Changed(stream, change));
                      return Behaviors.same();
                    }));
    there.get().tell(new RegisterCommand.WatchOwnerships(receiver));
    reading = Optional.of(receiver);
  }

  private void onBroken() {
    streams++;
    reading.ifPresent(getContext()::stop);
    reading = Optional.empty();
    onTheWay.clear();
    timers.cancel(new Deliver());
    watcher.tell(new OwnershipChange.Disconnected());
    timers.startSingleTimer(new Retry(), RETRY_AFTER);
  }

  private void onChanged(long stream, OwnershipChange change) {
    if (stream == streams) {
      onTheWay.add(change);
      if (!timers.isTimerActive(new Deliver())) {
        timers.startSingleTimer(new Deliver(), delay.get());
      }
    }
  }

  private void deliver() {
    watcher.tell(onTheWay.remove());
    if (!onTheWay.isEmpty()) {
      timers.startSingleTimer(new Deliver(), delay.get());
    }
  }
}
