package io.xengarden.domain.pebble.programs.file;

import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.domain.pebble.programs.operand.Errors;
import java.nio.charset.StandardCharsets;

/** cat FILE...: prints virtual files one after the other. */
public final class Cat extends Routine<Cat.At> {
  private static final int ARGUMENT = 0;
  private static final int LENGTH = 1;
  private static final int PRINTED = 2;
  private static final int STATUS = 3;

  /** Bytes a step; the files are ASCII, so this cuts no character. */
  private static final int CHUNK = 512;

  /** Its steps. */
  public enum At {
    NEXT,
    HAVE,
    PRINT,
    FAILED
  }

  public Cat() {
    super(Entry.CAT, At.class);
  }

  @Override
  public int locals() {
    return 4;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    switch (at) {
      case NEXT -> next(v, task);
      case HAVE -> {
        task.local(LENGTH, task.result());
        task.local(PRINTED, 0);
        v.goTo(at(task.result() < 0 ? At.FAILED : At.PRINT));
      }
      case PRINT -> print(v, task);
      case FAILED -> {
        String path = Arguments.of(v).get((int) task.local(ARGUMENT));
        String why = Errors.text(task.local(LENGTH));
        if (Terminal.print(v, "cat: " + path + ": " + why + "\n")) {
          task.local(STATUS, 1);
          v.goTo(at(At.NEXT));
        }
      }
    }
  }

  private void next(Vcpu v, Task task) {
    Arguments arguments = Arguments.of(v);
    if (arguments.count() == 0) {
      Terminal.fail(v, "cat: missing operand", 1);
    } else if (task.local(ARGUMENT) == arguments.count()) {
      v.ret(task.local(STATUS));
    } else {
      long argument = task.add(ARGUMENT, 1);
      if (arguments.get((int) argument).equals("/dev/null")) {
        return; // on to the next one
      }
      v.call(Entry.READ_FILE, at(At.HAVE), argument);
    }
  }

  private void print(Vcpu v, Task task) {
    long printed = task.local(PRINTED);
    int length = (int) Math.min(CHUNK, task.local(LENGTH) - printed);
    if (length == 0) {
      v.goTo(at(At.NEXT));
      return;
    }
    byte[] chunk = ReadFile.content(v, printed, length);
    if (Terminal.print(v, new String(chunk, StandardCharsets.UTF_8))) {
      task.local(PRINTED, printed + length);
    }
  }
}
