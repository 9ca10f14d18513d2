package io.xengarden.domain.pebble.programs;

import io.xengarden.abi.Errno;
import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Scheduler;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.domain.pebble.programs.operand.Errors;

/**
 * kill PID...: ends jobs; a signal's name or number before them is taken and makes no difference.
 */
public final class Kill extends Routine<Kill.At> {
  private static final int ARGUMENT = 0;
  private static final int STATUS = 1;

  /** Its steps. */
  public enum At {
    NEXT
  }

  public Kill() {
    super(Entry.KILL, At.class);
  }

  @Override
  public int locals() {
    return 2;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    Arguments arguments = Arguments.of(v);
    int index = (int) task.local(ARGUMENT) + 1;
    String word = arguments.get(index);
    if (arguments.count() == 0) {
      Terminal.fail(v, "kill: missing operand", 1);
    } else if (index > arguments.count()) {
      v.ret(task.local(STATUS));
    } else {
      long result = index == 1 && word.startsWith("-") ? 0 : kill(v, word);
      if (result == 0
          || Terminal.print(v, Printf.text("kill: (%s) - %s\n", word, Errors.text(result)))) {
        task.local(STATUS, result == 0 ? task.local(STATUS) : 1);
        task.local(ARGUMENT, index);
      }
    }
  }

  private static long kill(Vcpu v, String pid) {
    for (int index = 0; index < v.state().tasksUsed(); index++) {
      Task task = new Task(v.memory(), Layout.task(index));
      if (task.state() != Task.State.FREE && Integer.toString(task.pid()).equals(pid)) {
        if (task.is(Task.KERNEL)) {
          return Errno.EPERM.result();
        }
        Scheduler.kill(v, task, false);
        return 0;
      }
    }
    return Errno.ESRCH.result();
  }
}
