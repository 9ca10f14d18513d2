package io.xengarden.domain.pebble.programs;

import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.domain.pebble.programs.operand.Output;
import java.util.List;

/** The body of programs that only print: one line a step. */
public final class Lines extends Routine<Lines.At> {
  private static final int PRINTED = 0;

  /** Its steps. */
  public enum At {
    PRINT
  }

  public Lines() {
    super(Entry.LINES, At.class);
  }

  @Override
  public int locals() {
    return 1;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    Output output = output(v, Arguments.of(v));
    int printed = (int) task.local(PRINTED);
    if (printed >= output.lines().size()) {
      v.ret(output.status());
    } else if (Terminal.print(v, output.lines().get(printed) + "\n")) {
      task.local(PRINTED, printed + 1);
    }
  }

  private static Output output(Vcpu v, Arguments arguments) {
    Program program = Programs.find(arguments.get(0)).orElseThrow();
    if (arguments.get(1).equals("--help") || program.text() == null) {
      return Output.ok(List.of(program.usage(), "  " + program.summary()));
    }
    return program.text().of(v, arguments);
  }
}
