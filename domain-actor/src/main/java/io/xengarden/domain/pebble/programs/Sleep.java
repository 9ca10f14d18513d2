package io.xengarden.domain.pebble.programs;

import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.domain.pebble.programs.operand.Sizes;

/** sleep SECONDS. */
public final class Sleep extends Routine<Sleep.At> {
  /** Its steps. */
  public enum At {
    START,
    OVER
  }

  public Sleep() {
    super(Entry.SLEEP, At.class);
  }

  @Override
  protected void step(At at, Vcpu v) {
    switch (at) {
      case START -> {
        Arguments arguments = Arguments.of(v);
        long ns = Sizes.parseSeconds(arguments.get(1));
        if (arguments.count() == 0) {
          Terminal.fail(v, "sleep: missing operand", 1);
        } else if (ns < 0) {
          Terminal.fail(v, "sleep: invalid time interval '" + arguments.get(1) + "'", 1);
        } else {
          v.sleepUntil(v.now() + ns, at(At.OVER));
        }
      }
      case OVER -> v.ret(0);
    }
  }
}
