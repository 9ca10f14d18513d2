package io.xengarden.domain.pebble.kernel;

import io.xengarden.domain.pebble.image.Extents;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.machine.Memory;

/** The end of a task: waits for what is in flight, gives back its pages, tells who waits for it. */
public final class Exit extends Routine<Exit.At> {
  /** Exit status after ^C, and after kill: 128 + SIGINT, 128 + SIGTERM. */
  public static final int INTERRUPTED = 130;

  public static final int TERMINATED = 143;

  /** Its steps. */
  public enum At {
    RETURNED,
    KILLED,
    DRAIN,
    GONE
  }

  public Exit() {
    super(Entry.EXIT, At.class);
  }

  @Override
  protected void step(At at, Vcpu v) {
    switch (at) {
      case RETURNED -> leave(v);
      case KILLED -> {
        v.task().result(v.task().is(Task.INTERRUPTED) ? INTERRUPTED : TERMINATED);
        leave(v);
      }
      case DRAIN -> drain(v);
      case GONE -> gone(v);
    }
  }

  private void leave(Vcpu v) {
    v.task().set(Task.EXITING, true);
    v.goTo(at(At.DRAIN));
  }

  private void drain(Vcpu v) {
    if (v.kernel().drivers().letGo(v.task(), v)) {
      v.goTo(at(At.GONE));
    } else {
      v.park(Wait.BLOCK_DONE, 0, at(At.DRAIN));
    }
  }

  private void gone(Vcpu v) {
    Task task = v.task();
    freePages(v, task);
    int status = (int) task.result() & 0xff;
    if (task.is(Task.BACKGROUND) && !task.is(Task.KERNEL)) {
      v.log(Printf.text("%s[%d]: exit status %d", task.name(), task.pid(), status));
    }
    if (v.state().foreground() == task.address()) {
      v.state().foreground(0);
    }
    if (task.parent() != 0) {
      Task parent = new Task(v.memory(), task.parent());
      if (parent.waitsFor() == Wait.CHILD && parent.waitKey() == task.pid()) {
        parent.childStatus(status);
        Scheduler.wake(v, parent);
      }
    }
    task.state(Task.State.FREE);
    v.leaveTask();
  }

  private static void freePages(Vcpu v, Task task) {
    if (task.is(Task.PAGES_LOST)) {
      return;
    }
    Extents extents = new Extents(v.memory());
    if (task.workPage() != 0) {
      extents.free(task.workPage() >>> Memory.PAGE_SHIFT, 1);
    }
    for (int i = 0; i < Task.EXTENTS; i++) {
      if (task.extentCount(i) != 0) {
        extents.free(task.extentGfn(i), task.extentCount(i));
      }
    }
  }
}
