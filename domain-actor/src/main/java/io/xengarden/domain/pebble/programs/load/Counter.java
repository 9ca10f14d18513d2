package io.xengarden.domain.pebble.programs.load;

import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;

/** counter: counts seconds until it is ended. */
public final class Counter extends Routine<Counter.At> {
  private static final int COUNT = 0;
  private static final int DUE = 1;
  private static final long SECOND_NS = 1_000_000_000;

  /** Its steps. */
  public enum At {
    START,
    COUNT
  }

  public Counter() {
    super(Entry.COUNTER, At.class);
  }

  @Override
  public int locals() {
    return 2;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    switch (at) {
      case START -> task.local(DUE, v.now());
      case COUNT -> {
        if (!Terminal.print(v, (task.local(COUNT) + 1) + "\n")) {
          return;
        }
        task.add(COUNT, 1);
      }
    }
    // A domain that was paused goes on counting; it does not make up for lost seconds.
    long due = Math.max(task.local(DUE) + SECOND_NS, v.now());
    task.local(DUE, due);
    v.sleepUntil(due, at(At.COUNT));
  }
}
