package io.xengarden.storage.blkback;

import io.xengarden.storage.sim.SimulatedImages.Later;
import java.time.Duration;
import java.util.PriorityQueue;

/** Virtual time for a simulated disk, without actors. */
final class ManualLater implements Later {
  private record Task(long at, long number, Runnable body) implements Comparable<Task> {
    @Override
    public int compareTo(Task other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Task> tasks = new PriorityQueue<>();
  private long now;
  private long added;

  @Override
  public void run(Duration delay, Runnable task) {
    tasks.add(new Task(now + delay.toNanos(), added++, task));
  }

  /** Ends the operation that is due next; false when there is none. */
  boolean runNext() {
    Task next = tasks.poll();
    if (next == null) {
      return false;
    }
    now = next.at();
    next.body().run();
    return true;
  }

  void runAll() {
    while (runNext()) {
      // until nothing is under way
    }
  }
}
