package io.xengarden.storage;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.EventSink;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What makes a connected backend take a turn: the guest's event, a completed request, or requests
 * left over from the last turn. However often it is raised, from whatever thread, at most one
 * message waits.
 */
final class Bell implements EventSink {
  private final ActorRef<VbdBackendCommand> backend;
  private final AtomicBoolean ringing = new AtomicBoolean();

  Bell(ActorRef<VbdBackendCommand> backend) {
    this.backend = backend;
  }

  @Override
  public void raise() {
    if (!ringing.get() && ringing.compareAndSet(false, true)) {
      backend.tell(VbdEvent.Rang.RANG);
    }
  }

  /** Before the ring is looked at: what comes after that rings again. */
  void rearm() {
    ringing.set(false);
  }
}
