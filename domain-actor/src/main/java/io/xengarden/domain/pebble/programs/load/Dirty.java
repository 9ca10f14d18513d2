package io.xengarden.domain.pebble.programs.load;

import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.image.Extents;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Cost;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.domain.pebble.programs.operand.Sizes;
import io.xengarden.machine.Memory;

/**
 * dirty N [--over SIZE]: writes to N MiB/s of pages, one after the other over SIZE, until ended. It
 * wakes every 10 ms and writes what is due by then: after a pause it goes on at its rate, it does
 * not make up for more than a tenth of a second.
 */
public final class Dirty extends Routine<Dirty.At> {
  private static final int RATE = 0;
  private static final int NEXT = 1;
  private static final int WRITTEN = 2;
  private static final int SINCE = 3;

  private static final long DEFAULT_OVER = 64L << 20;
  private static final long RATE_MAX = 1 << 20;
  private static final long PERIOD_NS = 10_000_000;
  private static final long SECOND_NS = 1_000_000_000;
  private static final int PAGES_PER_STEP = 64;

  /** Its steps. */
  public enum At {
    START,
    WRITE
  }

  public Dirty() {
    super(Entry.DIRTY, At.class);
  }

  @Override
  public int locals() {
    return 4;
  }

  @Override
  protected void step(At at, Vcpu v) {
    switch (at) {
      case START -> start(v);
      case WRITE -> write(v, v.task());
    }
  }

  private void start(Vcpu v) {
    Arguments arguments = Arguments.of(v);
    String over = arguments.after("--over").orElse("");
    long rate = Sizes.parse(arguments.get(1));
    long size = over.isEmpty() ? DEFAULT_OVER : Sizes.parse(over);
    String unknown = arguments.unknownOption("--over");
    if (arguments.count() == 0 || !unknown.isEmpty()) {
      String why = unknown.isEmpty() ? "missing operand" : "unrecognized option '" + unknown + "'";
      Terminal.fail(v, "dirty: " + why, 1);
      return;
    }
    if (rate <= 0 || rate > RATE_MAX) {
      Terminal.fail(v, "dirty: invalid rate '" + arguments.get(1) + "'", 1);
      return;
    }
    if (size <= 0 || arguments.has("--over") && over.isEmpty()) {
      Terminal.fail(v, "dirty: invalid size '" + over + "'", 1);
      return;
    }
    long pages = Layout.pagesFor(size);
    long gfn = new Extents(v.memory()).allocate(pages, v.state().ramPages());
    if (gfn < 0) {
      Terminal.fail(v, "dirty: Cannot allocate memory", 1);
      return;
    }
    Task task = v.task();
    task.extent(0, gfn, pages);
    task.local(RATE, rate);
    task.local(SINCE, v.now());
    v.goTo(at(At.WRITE));
  }

  private void write(Vcpu v, Task task) {
    long now = v.now();
    long pagesPerSecond = task.local(RATE) << 20 - Memory.PAGE_SHIFT;
    long elapsed = now - task.local(SINCE);
    if (elapsed > SECOND_NS) {
      // A new account each second: nothing is carried over but a tenth of a second.
      long owed = Math.max(0, pagesPerSecond - task.local(WRITTEN));
      boolean fell = owed > pagesPerSecond / 10 || elapsed > SECOND_NS + SECOND_NS / 10;
      task.local(SINCE, fell ? now - SECOND_NS / 10 : task.local(SINCE) + SECOND_NS);
      task.local(WRITTEN, fell ? 0 : task.local(WRITTEN) - pagesPerSecond);
      return;
    }
    long due = pagesPerSecond * elapsed / SECOND_NS - task.local(WRITTEN);
    if (due <= 0) {
      v.sleepUntil(now + PERIOD_NS, at(At.WRITE));
      return;
    }
    int count = (int) Math.min(due, PAGES_PER_STEP);
    touch(v, task, count);
    task.add(WRITTEN, count);
    v.use(count * Cost.TOUCH_PAGE);
  }

  private static void touch(Vcpu v, Task task, int count) {
    long next = task.local(NEXT);
    long stamp = v.now();
    for (int i = 0; i < count; i++) {
      v.memory().putLong(task.extentGfn(0) + next << Memory.PAGE_SHIFT, stamp + i);
      next = next + 1 == task.extentCount(0) ? 0 : next + 1;
    }
    task.local(NEXT, next);
  }
}
