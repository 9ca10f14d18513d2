package io.xengarden.domain.pebble.programs.load;

import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Cost;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.domain.pebble.programs.operand.Sizes;

/** burn [SECONDS]: uses that much CPU time, or all there is until it is ended. Spins nowhere. */
public final class Burn extends Routine<Burn.At> {
  private static final int LEFT = 0;

  /** Its steps. */
  public enum At {
    START,
    BURN
  }

  public Burn() {
    super(Entry.BURN, At.class);
  }

  @Override
  public int locals() {
    return 1;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    switch (at) {
      case START -> {
        Arguments arguments = Arguments.of(v);
        boolean bounded = arguments.count() > 0;
        long ns = bounded ? Sizes.parseSeconds(arguments.get(1)) : Long.MAX_VALUE;
        if (ns < 0) {
          Terminal.fail(v, "burn: invalid time '" + arguments.get(1) + "'", 1);
          return;
        }
        task.local(LEFT, ns);
        v.goTo(at(At.BURN));
      }
      case BURN -> {
        long chunk = Math.min(Cost.BURN, task.local(LEFT));
        if (chunk == 0) {
          v.ret(0);
          return;
        }
        v.use(chunk);
        task.add(LEFT, -chunk);
      }
    }
  }
}
