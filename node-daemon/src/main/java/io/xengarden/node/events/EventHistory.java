package io.xengarden.node.events;

import io.xengarden.proto.v1.Event;
import java.util.ArrayList;
import java.util.List;

/**
 * The newest events, numbered from 1 without gaps; the oldest are forgotten beyond the limit. A
 * ring: event {@code n} lies at {@code n % limit}.
 */
final class EventHistory {
  private final List<Event> ring = new ArrayList<>();
  private final int limit;
  private long newest;

  EventHistory(int limit) {
    this.limit = limit;
  }

  long newest() {
    return newest;
  }

  /** The lowest sequence still kept; one past the newest when there is none. */
  long oldest() {
    return newest - ring.size() + 1;
  }

  /** Adds an event whose sequence is {@code newest() + 1}. */
  void append(Event event) {
    newest++;
    if (ring.size() < limit) {
      ring.add(event);
    } else {
      ring.set(slot(newest), event);
    }
  }

  /** Up to {@code max} events after {@code sequence}, which must not be before what is kept. */
  List<Event> after(long sequence, int max) {
    List<Event> found = new ArrayList<>();
    for (long next = Math.max(sequence + 1, oldest());
        next <= newest && found.size() < max;
        next++) {
      found.add(ring.get(slot(next)));
    }
    return found;
  }

  private int slot(long sequence) {
    return (int) ((sequence - 1) % limit);
  }
}
