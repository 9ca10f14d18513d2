package io.xengarden.node.console;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.EventSink;
import io.xengarden.node.console.DomainConsoleCommand.Rang;
import java.util.concurrent.atomic.AtomicBoolean;

/** Dom0's end of the console's event channel: however often the guest rings, one message waits. */
final class Bell implements EventSink {
  private static final Rang RANG = new Rang();

  private final ActorRef<DomainConsoleCommand> console;
  private final AtomicBoolean rung = new AtomicBoolean();

  Bell(ActorRef<DomainConsoleCommand> console) {
    this.console = console;
  }

  @Override
  public void raise() {
    if (rung.compareAndSet(false, true)) {
      console.tell(RANG);
    }
  }

  /** Before the ring is read: what is printed after that rings again. */
  void answered() {
    rung.set(false);
  }
}
