package io.xengarden.network;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.EventSink;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What makes a connected backend take a turn: the guest's event, a frame for the guest, or work
 * left over from the last turn. However often it is raised, from whatever thread, at most one
 * message waits.
 */
final class Bell implements EventSink {
  private final ActorRef<VifBackendCommand> backend;
  private final AtomicBoolean ringing = new AtomicBoolean();

  Bell(ActorRef<VifBackendCommand> backend) {
    this.backend = backend;
  }

  @Override
  public void raise() {
    if (!ringing.get() && ringing.compareAndSet(false, true)) {
      backend.tell(VifEvent.Rang.RANG);
    }
  }

  /** Before the ring is looked at: what comes after that rings again. */
  void rearm() {
    ringing.set(false);
  }
}
