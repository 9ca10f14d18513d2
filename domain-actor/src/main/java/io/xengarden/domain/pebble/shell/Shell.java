package io.xengarden.domain.pebble.shell;

import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.image.KernelState;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Exit;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.Programs;
import io.xengarden.domain.pebble.shell.Words.Command;
import io.xengarden.domain.pebble.shell.Words.Line;
import java.util.Optional;

/**
 * The shell on hvc0. The line stays in the terminal's buffer while its commands run; what is typed
 * meanwhile waits. ^C ends the foreground job and drops the rest of the line.
 */
public final class Shell extends Routine<Shell.At> {
  public static final String PROMPT = "pebble# ";

  private static final int NOT_FOUND = 127;
  private static final int SYNTAX = 2;
  private static final int NO_TASK = 254;

  private static final int JOB_LINE_MAX = 16;

  private static final int STATUS = 0;
  private static final int INDEX = 1;

  /** Its steps. */
  public enum At {
    PROMPT,
    READ,
    NEXT,
    WAITED
  }

  public Shell() {
    super(Entry.SHELL, At.class);
  }

  @Override
  public int locals() {
    return 2;
  }

  @Override
  protected void step(At at, Vcpu v) {
    switch (at) {
      case PROMPT -> {
        if (Terminal.print(v, (Terminal.atLineStart(v) ? "" : "\n") + PROMPT)) {
          Terminal.takeInterrupt(v);
          v.goTo(at(At.READ));
        }
      }
      case READ -> read(v);
      case NEXT -> next(v);
      case WAITED -> done(v, v.task().childStatus());
    }
  }

  private void read(Vcpu v) {
    if (Terminal.line(v).isPresent()) {
      v.task().local(INDEX, 0);
      v.goTo(at(At.NEXT));
    } else if (Terminal.takeInterrupt(v)) {
      v.task().local(STATUS, Exit.INTERRUPTED);
      v.goTo(at(At.PROMPT));
    } else {
      v.park(Wait.CONSOLE_LINE, 0, at(At.READ));
    }
  }

  private void next(Vcpu v) {
    Task task = v.task();
    Optional<String> text = Terminal.line(v);
    Line line = Words.parse(text.orElse(""), (int) task.local(STATUS));
    int index = (int) task.local(INDEX);
    if (v.state().is(KernelState.INTERRUPTED)) {
      endLine(v, Exit.INTERRUPTED);
    } else if (!line.error().isEmpty()) {
      if (Terminal.print(v, line.error() + "\n")) {
        endLine(v, SYNTAX);
      }
    } else if (index >= line.commands().size()) {
      endLine(v, (int) task.local(STATUS));
    } else {
      run(v, line.commands().get(index));
    }
  }

  private void endLine(Vcpu v, int status) {
    v.task().local(STATUS, status);
    Terminal.lineDone(v);
    v.goTo(at(At.PROMPT));
  }

  private void run(Vcpu v, Command command) {
    String name = command.words().getFirst();
    if (!Programs.exists(name)) {
      if (Terminal.print(v, name + ": not found\n")) {
        done(v, NOT_FOUND);
      }
      return;
    }
    // For the line that a job in the background leaves: a step that prints may run twice, a job
    // not.
    if (!Terminal.hasRoom(v, JOB_LINE_MAX)) {
      return;
    }
    Task shell = v.task();
    Task child =
        Programs.start(
            v, command.words(), command.background() ? Task.BACKGROUND : 0, shell.address());
    if (child == null) {
      if (Terminal.print(v, "sh: cannot fork: Resource temporarily unavailable\n")) {
        done(v, NO_TASK);
      }
    } else if (command.background()) {
      Terminal.print(v, "[" + child.pid() + "]\n");
      done(v, 0);
    } else {
      v.state().foreground(child.address());
      v.park(Wait.CHILD, child.pid(), at(At.WAITED));
    }
  }

  private void done(Vcpu v, int status) {
    v.task().local(STATUS, status);
    v.task().add(INDEX, 1);
    v.goTo(at(At.NEXT));
  }
}
