package io.xengarden.node.ask;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * An actor that takes one answer, or notices that it is overdue, and ends. It stands where Akka's
 * own ask would leave for a thread of its own.
 */
public final class OneReply {
  private OneReply() {}

  private enum Timeout {
    OVERDUE
  }

  /** Calls exactly one of the two, on its own turn: they may only tell. */
  public static <T> Behavior<T> create(Duration limit, Consumer<T> answered, Runnable overdue) {
    Behavior<Object> behavior =
        Behaviors.withTimers(
            timers -> {
              timers.startSingleTimer(Timeout.OVERDUE, limit);
              return Behaviors.receiveMessage(
                  message -> {
                    if (message == Timeout.OVERDUE) {
                      overdue.run();
                    } else {
                      answered.accept(OneReply.<T>answer(message));
                    }
                    return Behaviors.stopped();
                  });
            });
    return behavior.narrow();
  }

  /** Nobody but {@code ActorRef<T>} leads here. */
  @SuppressWarnings("unchecked")
  private static <T> T answer(Object message) {
    return (T) message;
  }
}
