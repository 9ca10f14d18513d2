package io.xengarden.node.grpc;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.xengarden.node.ask.OneReply;
import io.xengarden.node.toolstack.Outcome;
import io.xengarden.node.toolstack.Outcome.Done;
import io.xengarden.node.toolstack.Outcome.Refused;
import io.xengarden.node.toolstack.ToolstackErrors;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Where calls and actors meet. Each call has an actor of its own, so that whatever answers it
 * speaks to the call's observer from one turn at a time; its end, by answer, deadline or
 * cancellation, is the end of that actor.
 */
final class Calls {
  private final ActorSystem<?> system;
  private final AtomicLong count = new AtomicLong();

  Calls(ActorSystem<?> system) {
    this.system = system;
  }

  /** Starts the actor of one call. */
  <T> ActorRef<T> start(Behavior<T> behavior) {
    return system.systemActorOf(behavior, "call-" + count.incrementAndGet(), Props.empty());
  }

  /** A question whose answer may be a refusal. */
  <T, R> void answer(
      StreamObserver<R> observer,
      Duration limit,
      Consumer<ActorRef<Outcome<T>>> question,
      Function<T, R> response) {
    this.<Outcome<T>, R>tell(
        observer,
        limit,
        question,
        outcome -> {
          switch (outcome) {
            case Done<T>(var value) -> complete(observer, response.apply(value));
            case Refused<T>(var error) -> observer.onError(RichErrors.of(error));
          }
        });
  }

  /** A question that always has an answer. */
  <T, R> void answerAlways(
      StreamObserver<R> observer,
      Duration limit,
      Consumer<ActorRef<T>> question,
      Function<T, R> response) {
    this.<T, R>tell(observer, limit, question, value -> complete(observer, response.apply(value)));
  }

  /** A question whose answer is put into words by {@code answered}. */
  <T, R> void tell(
      StreamObserver<R> observer,
      Duration limit,
      Consumer<ActorRef<T>> question,
      Consumer<T> answered) {
    ServerCallStreamObserver<R> call = (ServerCallStreamObserver<R>) observer;
    // Set, so that answering a call that was cancelled meanwhile is not an error here.
    call.setOnCancelHandler(() -> {});
    Runnable overdue = () -> observer.onError(RichErrors.of(ToolstackErrors.failed("overdue")));
    question.accept(start(OneReply.<T>create(untilDeadline(limit), answered, overdue)));
  }

  private static <R> void complete(StreamObserver<R> observer, R response) {
    observer.onNext(response);
    observer.onCompleted();
  }

  /** The caller's deadline if it is earlier than the host's own limit. */
  static Duration untilDeadline(Duration limit) {
    Deadline deadline = Context.current().getDeadline();
    if (deadline == null) {
      return limit;
    }
    long left = Math.max(1, deadline.timeRemaining(TimeUnit.NANOSECONDS));
    return left < limit.toNanos() ? Duration.ofNanos(left) : limit;
  }
}
