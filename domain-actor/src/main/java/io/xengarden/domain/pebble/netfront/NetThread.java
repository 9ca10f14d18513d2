package io.xengarden.domain.pebble.netfront;

import io.xengarden.domain.pebble.image.KernelState;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Scheduler;
import io.xengarden.domain.pebble.kernel.Vcpu;

/**
 * The kernel thread that takes what interfaces have received. It goes before jobs, so it rests for
 * a moment now and then while frames flood in.
 */
public final class NetThread extends Routine<NetThread.At> {
  /** Turns without a rest. */
  static final int TURNS = 32;

  /** How long it rests. */
  static final long REST_NS = 50_000;

  private static final int TURN = 0;

  /** Its steps. */
  public enum At {
    LOOK
  }

  public NetThread() {
    super(Entry.NET_THREAD, At.class);
  }

  @Override
  public int locals() {
    return 1;
  }

  /** Sees to it that there is one; false when there is no room for another task. */
  static boolean ensure(Vcpu v) {
    if (!v.state().is(KernelState.NET_THREAD)) {
      Scheduler.Spawn spawn = new Scheduler.Spawn(Entry.NET_THREAD, "netfront", Task.KERNEL, 0);
      v.state().set(KernelState.NET_THREAD, Scheduler.spawn(v, spawn) != null);
    }
    return v.state().is(KernelState.NET_THREAD);
  }

  /** An interface's port has rung, or it has begun to run. */
  public static void wake(Vcpu v) {
    Scheduler.wakeAll(v, Wait.NET_WORK);
  }

  @Override
  protected void step(At at, Vcpu v) {
    boolean more = false;
    for (Vif vif : Net.interfaces(v)) {
      more |= vif.is(Vif.RUNNING) && VifRings.turn(v, vif);
    }
    Task task = v.task();
    if (!more) {
      task.local(TURN, 0);
      v.park(Wait.NET_WORK, 0, at(At.LOOK));
    } else if (task.add(TURN, 1) == TURNS) {
      task.local(TURN, 0);
      v.sleepUntil(v.now() + REST_NS, at(At.LOOK));
    } else {
      v.goTo(at(At.LOOK));
    }
  }
}
