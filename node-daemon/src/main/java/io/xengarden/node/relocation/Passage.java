package io.xengarden.node.relocation;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.StashBuffer;
import java.util.function.Supplier;

/**
 * Takes a flow through its crash points. A flow that is held at one stands still as if its process
 * did: what comes meanwhile waits in its order.
 */
public final class Passage<T> {
  /** Messages that may wait while a flow is held: more than any protocol here has under way. */
  public static final int MAX_WAITING = 4096;

  private final ActorContext<T> context;
  private final StashBuffer<T> waiting;
  private final CrashPoints points;
  private final T released;

  /**
   * @param released what the flow is told when it may go on; nobody else says it
   */
  public Passage(ActorContext<T> context, StashBuffer<T> waiting, CrashPoints points, T released) {
    this.context = context;
    this.waiting = waiting;
    this.points = points;
    this.released = released;
  }

  /** Goes on with {@code next}, now or when it may. */
  public Behavior<T> at(CrashPoint point, String domain, Supplier<Behavior<T>> next) {
    ActorRef<T> self = context.getSelf();
    T word = released;
    if (points.mayPass(point, domain, () -> self.tell(word))) {
      return next.get();
    }
    context.getLog().info("{} is held at {}", domain, point);
    return Behaviors.receiveMessage(message -> held(message, next));
  }

  private Behavior<T> held(T message, Supplier<Behavior<T>> next) {
    if (message.equals(released)) {
      return waiting.unstashAll(next.get());
    }
    waiting.stash(message);
    return Behaviors.same();
  }
}
