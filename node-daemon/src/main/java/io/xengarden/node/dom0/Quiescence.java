package io.xengarden.node.dom0;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.Domid;
import io.xengarden.node.dom0.Dom0Command.BackendsQuiesced;
import java.time.Duration;
import java.util.List;

/** Waits for all backends of one guest to stand still. */
final class Quiescence {
  /** After this nobody waits for the answer any more; longer than any asker's patience. */
  static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(5);

  private enum Timer {
    FORGOTTEN
  }

  private Quiescence() {}

  static Behavior<Object> of(
      Domid frontend, List<Backend> backends, ActorRef<BackendsQuiesced> replyTo) {
    return Behaviors.setup(
        context -> {
          backends.forEach(backend -> backend.quiesce(context.getSelf()));
          return Behaviors.withTimers(
              timers -> {
                timers.startSingleTimer(Timer.FORGOTTEN, FORGOTTEN_AFTER);
                return waitFor(backends.size(), frontend, replyTo);
              });
        });
  }

  private static Behavior<Object> waitFor(
      int missing, Domid frontend, ActorRef<BackendsQuiesced> replyTo) {
    if (missing == 0) {
      replyTo.tell(new BackendsQuiesced(frontend));
      return Behaviors.stopped();
    }
    return Behaviors.receiveMessage(
        message ->
            message == Timer.FORGOTTEN
                ? Behaviors.stopped()
                : waitFor(missing - 1, frontend, replyTo));
  }
}
