package io.xengarden.domain.pebble.kernel;

import io.xengarden.abi.Hypercall;
import io.xengarden.abi.SchedOp;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.machine.Memory;

/** SCHEDOP_shutdown: the domain's end, or its pause in time. */
public final class Power {
  private Power() {}

  /**
   * Shuts the domain down as the last act of a step. {@code next} is reached only after a suspend.
   * rdx carries start_info's gfn, as the toolstack expects it of a suspended guest.
   */
  public static void shutdown(Vcpu v, ShutdownReason reason, long next) {
    long argument = v.task().scratch();
    v.memory().putInt(argument + SchedOp.Shutdown.REASON, reason.number());
    long startInfoGfn = v.state().startInfo() >>> Memory.PAGE_SHIFT;
    v.hypercall(Hypercall.SCHED_OP, new long[] {SchedOp.SHUTDOWN, argument, startInfoGfn}, next);
  }
}
