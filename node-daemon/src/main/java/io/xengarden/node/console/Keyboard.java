package io.xengarden.node.console;

import akka.actor.typed.ActorRef;
import io.xengarden.node.console.DomainConsoleCommand.KeysAccepted;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Keys on their way to the guest. They wait here while the ring is full, up to a limit; beyond it
 * the answers wait, and so do those who type.
 */
final class Keyboard {
  /** Bytes waiting for room in the ring before a client's next keys are held up. */
  static final int MAX_WAITING = 4096;

  private record Typist(byte[] keys, ActorRef<KeysAccepted> replyTo) {}

  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private final Deque<Typist> heldUp = new ArrayDeque<>();
  private int waitingBytes;
  private int typedOfFirst;

  /** Our own keys: a line or two. */
  void add(byte[] keys) {
    waiting.add(keys);
    waitingBytes += keys.length;
  }

  /** A client's keys. */
  void add(byte[] keys, ActorRef<KeysAccepted> replyTo) {
    heldUp.add(new Typist(keys, replyTo));
    accept();
  }

  /** Types what the ring takes. */
  void typeInto(ConsolePage page) {
    boolean moved = true;
    while (moved && !waiting.isEmpty()) {
      byte[] first = waiting.peek();
      int typed = page.type(first, typedOfFirst);
      typedOfFirst += typed;
      waitingBytes -= typed;
      moved = typed > 0;
      if (typedOfFirst == first.length) {
        waiting.remove();
        typedOfFirst = 0;
        moved = true;
      }
      accept();
    }
  }

  private void accept() {
    while (!heldUp.isEmpty() && waitingBytes < MAX_WAITING) {
      Typist next = heldUp.remove();
      add(next.keys());
      next.replyTo().tell(new KeysAccepted());
    }
  }
}
