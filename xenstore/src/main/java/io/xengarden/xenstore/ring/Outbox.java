package io.xengarden.xenstore.ring;

import io.xengarden.abi.XenstoreMessage;
import io.xengarden.abi.XenstoreOp;
import io.xengarden.abi.XenstoreRing;
import io.xengarden.machine.Memory;
import io.xengarden.xenstore.server.Connection;
import io.xengarden.xenstore.server.Outlet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for room in a ring. Replies are bounded by whoever takes the requests. Events of a
 * domain that does not read are bounded here: one equal to an event that waits already is dropped,
 * for it would say nothing new; so is one beyond {@link #EVENTS_MAX} or beyond the domain's memory
 * quota.
 */
final class Outbox implements Outlet {
  /** Events that wait for one domain. */
  static final int EVENTS_MAX = 1024;

  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  private final Runnable queued;
  private final Deque<Waiting> waiting = new ArrayDeque<>(1);
  private Connection connection;

  /** The events that wait, or null if none does. Only asked whether one is in it. */
  private Set<String> events;

  private int replies;

  /** Bytes of the first message that are in the ring already. */
  private int sent;

  private long dropped;

  /**
   * @param event the event, or null for a reply
   */
  private record Waiting(byte[] bytes, String event) {}

  Outbox(Runnable queued) {
    this.queued = queued;
  }

  void open(Connection connection) {
    this.connection = connection;
  }

  int replies() {
    return replies;
  }

  @Override
  public void reply(XenstoreMessage reply) {
    replies++;
    waiting.add(new Waiting(reply.toBytes(), null));
  }

  @Override
  public void event(String path, String token) {
    String event = path + '\0' + token + '\0';
    boolean special = path.charAt(0) == '@';
    if (event.length() > XenstoreMessage.PAYLOAD_MAX
        || !special && events != null && events.contains(event)) {
      return;
    }
    int size = XenstoreMessage.HEADER + event.length();
    if (waiting.size() - replies >= EVENTS_MAX || !connection.hold(size)) {
      if (dropped++ == 0) {
        LOG.warn("domain {} does not read its watch events", connection.domain().domid());
      }
      return;
    }
    byte[] payload = event.getBytes(StandardCharsets.ISO_8859_1);
    XenstoreMessage message =
        new XenstoreMessage(XenstoreOp.WATCH_EVENT.number(), 0, 0, payload);
    waiting.add(new Waiting(message.toBytes(), event));
    if (events == null) {
      events = new HashSet<>();
    }
    events.add(event);
    queued.run();
  }

  /** Moves what fits into the ring; how many bytes that was. */
  int send(Memory page) {
    int moved = 0;
    for (Waiting first = waiting.peek(); first != null; first = waiting.peek()) {
      int count =
          XenstoreRing.writeResponse(page, 0, first.bytes, sent, first.bytes.length - sent);
      moved += count;
      sent += count;
      if (sent < first.bytes.length) {
        break;
      }
      removeFirst();
    }
    return moved;
  }

  void clear() {
    while (!waiting.isEmpty()) {
      removeFirst();
    }
  }

  private void removeFirst() {
    Waiting first = waiting.remove();
    sent = 0;
    if (first.event == null) {
      replies--;
      return;
    }
    connection.letGo(first.bytes.length);
    events.remove(first.event);
    if (events.isEmpty()) {
      events = null;
      dropped = 0;
    }
  }
}
