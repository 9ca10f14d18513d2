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
import java.util.LinkedHashSet;
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

  /** The events that wait and need waiting only once, or null. Never iterated. */
  private Set<String> events;

  private int replies;

  /** Bytes of the first message that are in the ring already. */
  private int sent;

  private boolean complained;

  /**
   * @param once what {@link #events} knows of it, or null
   */
  private record Waiting(byte[] bytes, boolean reply, String once) {}

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
    waiting.add(new Waiting(reply.toBytes(), true, null));
  }

  @Override
  public void event(String path, String token) {
    String event = path + '\0' + token + '\0';
    if (event.length() > XenstoreMessage.PAYLOAD_MAX || events != null && events.contains(event)) {
      return;
    }
    int size = XenstoreMessage.HEADER + event.length();
    if (waiting.size() - replies >= EVENTS_MAX || !connection.hold(size)) {
      if (!complained) {
        complained = true;
        LOG.warn("domain {} does not read its watch events", connection.domain().domid());
      }
      return;
    }
    byte[] payload = event.getBytes(StandardCharsets.ISO_8859_1);
    XenstoreMessage message = new XenstoreMessage(XenstoreOp.WATCH_EVENT.number(), 0, 0, payload);
    // Two domains that went are two events, even if they look the same.
    String once = path.charAt(0) == '@' ? null : event;
    waiting.add(new Waiting(message.toBytes(), false, once));
    if (once != null) {
      remember(once);
    }
    queued.run();
  }

  /** Moves what fits into the ring; how many bytes that was. */
  int send(Memory page) {
    int moved = 0;
    for (Waiting first = waiting.peek(); first != null; first = waiting.peek()) {
      int count = XenstoreRing.writeResponse(page, 0, first.bytes, sent, first.bytes.length - sent);
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

  private void remember(String once) {
    if (events == null) {
      events = new LinkedHashSet<>();
    }
    events.add(once);
  }

  private void removeFirst() {
    Waiting first = waiting.remove();
    sent = 0;
    if (first.reply) {
      replies--;
      return;
    }
    connection.letGo(first.bytes.length);
    if (first.once != null) {
      events.remove(first.once);
      if (events.isEmpty()) {
        events = null;
      }
    }
  }
}
