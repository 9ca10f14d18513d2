package io.xengarden.domain.pebble.programs;

import io.xengarden.abi.ShutdownReason;
import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Power;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;

/** poweroff, halt, reboot, crash: SCHEDOP_shutdown with the reason that the name says. */
public final class PowerProgram extends Routine<PowerProgram.At> {
  /** Its steps. */
  public enum At {
    SAY,
    DOWN,
    STILL_HERE
  }

  public PowerProgram() {
    super(Entry.POWER, At.class);
  }

  @Override
  protected void step(At at, Vcpu v) {
    String name = v.task().name();
    switch (at) {
      case SAY -> {
        if (Terminal.print(v, lastWords(name) + "\n")) {
          v.goTo(at(At.DOWN));
        }
      }
      case DOWN -> Power.shutdown(v, reason(name), at(At.STILL_HERE));
      case STILL_HERE -> v.ret(1);
    }
  }

  private static String lastWords(String name) {
    return switch (name) {
      case "reboot" -> "reboot: Restarting system";
      case "halt" -> "reboot: System halted";
      case "crash" -> "Kernel panic - not syncing: crash command";
      default -> "reboot: Power down";
    };
  }

  private static ShutdownReason reason(String name) {
    return switch (name) {
      case "reboot" -> ShutdownReason.REBOOT;
      case "crash" -> ShutdownReason.CRASH;
      default -> ShutdownReason.POWEROFF;
    };
  }
}
