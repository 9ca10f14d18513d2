package io.xengarden.xenstore;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.abi.EventSink;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The store's end of a domain's event channel. However often a guest rings, at most one message of
 * it waits; a ring that comes while the page is being looked at is not lost.
 */
public final class RingBell implements EventSink {
  private final ActorRef<XenStoreCommand> store;
  private final Rang rang;
  private final AtomicBoolean ringing = new AtomicBoolean();

  record Rang(Domid domid, RingBell bell) implements XenStoreCommand {}

  public RingBell(ActorRef<XenStoreCommand> store, Domid domid) {
    this.store = store;
    this.rang = new Rang(domid, this);
  }

  @Override
  public void raise() {
    if (!ringing.getAndSet(true)) {
      store.tell(rang);
    }
  }

  /** Before the page is looked at: what is raised from now on rings again. */
  void rearm() {
    ringing.set(false);
  }
}
