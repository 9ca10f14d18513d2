package io.xengarden.domain.pebble.programs.load;

import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.image.Extents;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.RandomData;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Cost;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.domain.pebble.programs.operand.Sizes;
import io.xengarden.machine.Memory;

/** fill SIZE: fills memory with incompressible data and keeps it until the next boot. */
public final class Fill extends Routine<Fill.At> {
  private static final int NEXT = 0;
  private static final int SEED = 1;

  /** Its steps. */
  public enum At {
    START,
    FILL,
    REPORT
  }

  public Fill() {
    super(Entry.FILL, At.class);
  }

  @Override
  public int locals() {
    return 2;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    switch (at) {
      case START -> start(v, task);
      case FILL -> fill(v, task);
      case REPORT -> {
        long pages = task.extentCount(0);
        String text = Printf.text("filled %d pages (%s)\n", pages, Sizes.binary(pages << 12));
        if (Terminal.print(v, text)) {
          v.state().filledPages(v.state().filledPages() + pages);
          task.extent(0, 0, 0); // no longer the task's: nobody frees it
          v.ret(0);
        }
      }
    }
  }

  private void start(Vcpu v, Task task) {
    Arguments arguments = Arguments.of(v);
    long size = Sizes.parse(arguments.get(1));
    if (arguments.count() != 1) {
      Terminal.fail(v, "fill: missing operand", 1);
      return;
    }
    if (size <= 0) {
      Terminal.fail(v, "fill: invalid size '" + arguments.get(1) + "'", 1);
      return;
    }
    long pages = Layout.pagesFor(size);
    long gfn = new Extents(v.memory()).allocate(pages, v.state().ramPages());
    if (gfn < 0) {
      Terminal.fail(v, "fill: Cannot allocate memory", 1);
      return;
    }
    task.extent(0, gfn, pages);
    task.local(SEED, v.state().nextRandom());
    v.goTo(at(At.FILL));
  }

  private void fill(Vcpu v, Task task) {
    long page = task.local(NEXT);
    if (page == task.extentCount(0)) {
      v.goTo(at(At.REPORT));
      return;
    }
    byte[] bytes = new byte[Memory.PAGE_SIZE];
    RandomData.fill(bytes, 0, task.local(SEED) + RandomData.mix(page));
    v.memory().write(task.extentGfn(0) + page << Memory.PAGE_SHIFT, bytes);
    v.use(Cost.RANDOM_PAGE);
    task.local(NEXT, page + 1);
  }
}
