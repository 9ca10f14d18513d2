package io.xengarden.node.relocation.migration;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.RegisterCommand.CompareAndSwap;
import io.xengarden.node.array.RegisterCommand.Conflict;
import io.xengarden.node.array.RegisterCommand.RegisterFull;
import io.xengarden.node.array.RegisterCommand.SwapAnswer;
import io.xengarden.node.array.RegisterCommand.Swapped;
import io.xengarden.node.array.RegisterCommand.Unreachable;
import java.time.Duration;
import java.util.Optional;

/**
 * One compare-and-swap, tried until the register has answered, however long it is away. A try whose
 * answer was lost may have taken effect: then the record bears the attempt's token, and that is as
 * good as the answer.
 */
final class SwapUntilAnswered extends AbstractOnMessageBehavior<SwapUntilAnswered.Command> {
  static final Duration RETRY_AFTER = Duration.ofMillis(500);

  /** Longer than whoever stands for the register waits for it. */
  static final Duration ANSWER_LIMIT = Duration.ofSeconds(6);

  /** Tries between two lines in the log. */
  private static final int TRIES_PER_LINE = 10;

  sealed interface Command {}

  private record Answered(SwapAnswer answer) implements Command {}

  private enum Timer implements Command {
    AGAIN,
    OVERDUE
  }

  /** How it ended. */
  sealed interface Result {}

  /** The record is as wanted. */
  record Done(Ownership current) implements Result {}

  /** It is not, and this swap will never make it so. */
  record Other(Optional<Ownership> current) implements Result {}

  private final TimerScheduler<Command> timers;
  private final ActorRef<RegisterCommand> register;
  private final Swap swap;
  private final ActorRef<Result> replyTo;
  private final ActorRef<SwapAnswer> answers;
  private int tries;

  /**
   * @param next with a token of its own
   */
  record Swap(long expectedEpoch, Ownership next) {}

  static Behavior<Command> create(
      ActorRef<RegisterCommand> register, Swap swap, ActorRef<Result> replyTo) {
    return Behaviors.withTimers(
        timers ->
            Behaviors.setup(
                context -> new SwapUntilAnswered(context, timers, register, swap, replyTo)));
  }

  private SwapUntilAnswered(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      ActorRef<RegisterCommand> register,
      Swap swap,
      ActorRef<Result> replyTo) {
    super(context);
    this.timers = timers;
    this.register = register;
    this.swap = swap;
    this.replyTo = replyTo;
    this.answers = context.messageAdapter(SwapAnswer.class, Answered::new);
    tryIt();
  }

  private void tryIt() {
    timers.startSingleTimer(Timer.OVERDUE, ANSWER_LIMIT);
    Ownership next = swap.next();
    register.tell(
        new CompareAndSwap(next.uuid(), swap.expectedEpoch(), Optional.of(next), answers));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case Answered(Swapped(var current)) -> end(new Done(current.orElseThrow()));
      case Answered(Conflict(var current)) -> end(conflict(current));
      case Answered(RegisterFull(var why)) -> again(why);
      case Answered(Unreachable(var why)) -> again(why);
      case Timer.OVERDUE -> again("no answer");
      case Timer.AGAIN -> {
        tryIt();
        yield this;
      }
    };
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Result conflict(Optional<Ownership> current) {
    return current
        .filter(record -> record.attempt().equals(swap.next().attempt()))
        .<Result>map(Done::new)
        .orElseGet(() -> new Other(current));
  }

  private Behavior<Command> again(String why) {
    if (tries++ % TRIES_PER_LINE == 0) {
      getContext().getLog().warn("{} waits for the register: {}", swap.next().domain().name(), why);
    }
    timers.cancel(Timer.OVERDUE);
    timers.startSingleTimer(Timer.AGAIN, RETRY_AFTER);
    return this;
  }

  private Behavior<Command> end(Result result) {
    replyTo.tell(result);
    return Behaviors.stopped();
  }
}
