package io.xengarden.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/** What will happen and when, in virtual nanoseconds; of two at one instant the older first. */
final class Timeline {
  /** Fewer entries than this are not worth clearing of cancelled ones. */
  private static final int COMPACT_FROM = 64;

  private final PriorityQueue<VirtualTimer> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(VirtualTimer::at).thenComparingLong(VirtualTimer::number));
  private int cancelled;

  void add(VirtualTimer timer) {
    queue.add(timer);
  }

  /** The instant of the next timer that was not cancelled, or Long.MAX_VALUE. */
  long nextAt() {
    while (!queue.isEmpty() && queue.peek().isCancelled()) {
      queue.poll();
      cancelled--;
    }
    return queue.isEmpty() ? Long.MAX_VALUE : queue.peek().at();
  }

  /** The next timer due at {@code now} or before, or null. */
  VirtualTimer pollDue(long now) {
    return nextAt() <= now && !queue.isEmpty() ? queue.poll() : null;
  }

  /**
   * A timer still in here was cancelled. Time-outs are nearly all cancelled: they must not pile up.
   */
  void noteCancelled() {
    cancelled++;
    if (queue.size() >= COMPACT_FROM && cancelled > queue.size() / 2) {
      queue.removeIf(VirtualTimer::isCancelled);
      cancelled = 0;
    }
  }

  /** Takes out every timer that {@code which} accepts, in the order they would have fired. */
  List<VirtualTimer> remove(Predicate<VirtualTimer> which) {
    List<VirtualTimer> removed = new ArrayList<>(queue.stream().filter(which).toList());
    removed.sort(queue.comparator());
    queue.removeIf(which);
    cancelled = (int) queue.stream().filter(VirtualTimer::isCancelled).count();
    return removed;
  }

  int size() {
    return queue.size() - cancelled;
  }
}
