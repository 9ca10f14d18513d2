package io.xengarden.node.dom0;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.Domid;
import io.xengarden.node.dom0.Dom0Command.BackendsQuiesced;
import io.xengarden.storage.VbdBackendCommand;
import io.xengarden.storage.VbdBackendCommand.Quiesce;
import io.xengarden.storage.VbdBackendCommand.VbdQuiesced;
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

  static Behavior<VbdQuiesced> of(
      Domid frontend,
      List<ActorRef<VbdBackendCommand>> backends,
      ActorRef<BackendsQuiesced> replyTo) {
    Behavior<Object> counting =
        Behaviors.setup(
            context -> {
              ActorRef<VbdQuiesced> self = context.getSelf().narrow();
              backends.forEach(backend -> backend.tell(new Quiesce(self)));
              return Behaviors.withTimers(
                  timers -> {
                    timers.startSingleTimer(Timer.FORGOTTEN, FORGOTTEN_AFTER);
                    return waitFor(backends.size(), frontend, replyTo);
                  });
            });
    return counting.narrow();
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
