package io.xengarden.node.console;

import akka.actor.typed.ActorRef;
import io.xengarden.node.console.ConsoleFeed.Ended;
import io.xengarden.node.console.ConsoleFeed.Output;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * The clients attached to one console. Each reads the buffer at its own pace; what nobody has read
 * stays for the next to attach, as in a pty that nobody has open.
 */
final class Watchers {
  /** Clients attached to one console. */
  static final int MAX_WATCHERS = 32;

  private static final class Reading {
    long position;
    boolean asks = true;

    Reading(long position) {
      this.position = position;
    }
  }

  private final ConsoleBuffer buffer;
  private final SequencedMap<ActorRef<ConsoleFeed>, Reading> clients = new LinkedHashMap<>();
  private long readByAnyone;

  Watchers(ConsoleBuffer buffer) {
    this.buffer = buffer;
  }

  boolean isFull() {
    return clients.size() >= MAX_WATCHERS;
  }

  boolean has(ActorRef<ConsoleFeed> client) {
    return clients.containsKey(client);
  }

  void add(ActorRef<ConsoleFeed> client) {
    clients.put(client, new Reading(readByAnyone));
    deliverTo(client, clients.get(client));
  }

  void remove(ActorRef<ConsoleFeed> client) {
    clients.remove(client);
    forgetWhatIsRead();
  }

  void moreTo(ActorRef<ConsoleFeed> client) {
    Reading reading = clients.get(client);
    if (reading != null) {
      reading.asks = true;
      deliverTo(client, reading);
    }
  }

  /** The buffer has grown. */
  void deliver() {
    clients.forEach(this::deliverTo);
  }

  /** The domain leaves: everyone gets what is left. */
  void endAll() {
    clients.forEach(
        (client, reading) ->
            client.tell(new Ended(buffer.read(reading.position, Integer.MAX_VALUE))));
    clients.clear();
  }

  private void deliverTo(ActorRef<ConsoleFeed> client, Reading reading) {
    long from = Math.max(reading.position, buffer.start());
    byte[] output = buffer.read(from, DomainConsole.MAX_CHUNK);
    if (reading.asks && output.length > 0) {
      reading.asks = false;
      reading.position = from + output.length;
      readByAnyone = Math.max(readByAnyone, reading.position);
      client.tell(new Output(output));
      forgetWhatIsRead();
    }
  }

  private void forgetWhatIsRead() {
    long needed = readByAnyone;
    for (Reading reading : clients.sequencedValues()) {
      needed = Math.min(needed, reading.position);
    }
    buffer.forgetBefore(needed);
  }
}
