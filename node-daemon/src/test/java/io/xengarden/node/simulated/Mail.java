package io.xengarden.node.simulated;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/** An actor's address that a test reads, and the messages that have come to it. */
public final class Mail<T> {
  private final Queue<T> messages = new ArrayDeque<>();
  private final ActorRef<Object> actor;

  /**
   * @param number makes the actor's name unique
   */
  Mail(ActorSystem<?> system, long number) {
    Behavior<Object> collecting =
        Behaviors.receiveMessage(
            message -> {
              if (message == END) {
                return Behaviors.stopped();
              }
              messages.add(Mail.<T>cast(message));
              return Behaviors.same();
            });
    actor = system.systemActorOf(collecting, "test-mail-" + number, Props.empty());
  }

  private static final Object END = new Object();

  public ActorRef<T> address() {
    return actor.narrow();
  }

  public boolean isEmpty() {
    return messages.isEmpty();
  }

  public Optional<T> next() {
    return Optional.ofNullable(messages.poll());
  }

  /** Nobody reads it any more: whoever watches the address sees it end. */
  public void close() {
    actor.tell(END);
  }

  /** Only a T can be sent to {@link #address}. */
  @SuppressWarnings("unchecked")
  private static <T> T cast(Object message) {
    return (T) message;
  }
}
