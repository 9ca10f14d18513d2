package io.xengarden.domain.pebble.xenbus;

import io.xengarden.abi.ShutdownReason;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Power;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.store.Store;
import java.util.Locale;

/** Does what control/shutdown asks for, after it has acknowledged by writing "". */
public final class Shutdown extends Routine<Shutdown.At> {
  /** Returned when the domain came back in a new place and xenstore knows nothing of it. */
  static final long RESUMED = Suspend.RESUMED;

  private static final int COMMAND = 0;

  /** What can be asked for; unknown words are left alone, as Linux does. */
  private enum Command {
    POWEROFF,
    REBOOT,
    HALT,
    SUSPEND;

    static Command parse(String word) {
      for (Command command : values()) {
        if (command.name().toLowerCase(Locale.ROOT).equals(word)) {
          return command;
        }
      }
      return null;
    }
  }

  /** Its steps. */
  public enum At {
    READ,
    WAS_READ,
    ACKNOWLEDGED,
    SUSPENDED,
    STILL_HERE
  }

  public Shutdown() {
    super(Entry.SHUTDOWN, At.class);
  }

  @Override
  public int locals() {
    return 1;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    switch (at) {
      case READ -> Store.read(v, "control/shutdown", at(At.WAS_READ));
      case WAS_READ -> wasRead(v, task.result() > 0 ? Store.reply(v) : "");
      case ACKNOWLEDGED -> obey(v, Command.values()[(int) task.local(COMMAND)]);
      case SUSPENDED -> v.ret(task.result());
      case STILL_HERE -> v.ret(0);
    }
  }

  private void wasRead(Vcpu v, String word) {
    Command command = Command.parse(word);
    if (command == null) {
      if (!word.isEmpty()) {
        v.log("xen:manage: Ignoring shutdown request: " + word);
      }
      v.ret(0);
      return;
    }
    v.task().local(COMMAND, command.ordinal());
    Store.write(v, "control/shutdown", "", at(At.ACKNOWLEDGED));
  }

  private void obey(Vcpu v, Command command) {
    switch (command) {
      case POWEROFF -> down(v, "reboot: Power down", ShutdownReason.POWEROFF);
      case REBOOT -> down(v, "reboot: Restarting system", ShutdownReason.REBOOT);
      case HALT -> down(v, "reboot: System halted", ShutdownReason.POWEROFF);
      case SUSPEND -> v.call(Entry.SUSPEND, at(At.SUSPENDED));
    }
  }

  private void down(Vcpu v, String lastWords, ShutdownReason reason) {
    v.log(lastWords);
    Power.shutdown(v, reason, at(At.STILL_HERE));
  }
}
