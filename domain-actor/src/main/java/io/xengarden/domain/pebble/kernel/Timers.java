package io.xengarden.domain.pebble.kernel;

import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.VcpuRecord;

/**
 * Deadlines of parked tasks, on the vCPUs' one-shot timers. No tick: a timer is set only when some
 * task has a deadline, for the earliest, on whatever vCPU comes along.
 */
public final class Timers {
  private Timers() {}

  /** Sees to it that some vCPU's timer rings at {@code deadlineNs} or before. */
  static void arm(Vcpu v, long deadlineNs) {
    for (int vcpu = 0; vcpu < Layout.VCPU_COUNT; vcpu++) {
      VcpuRecord record = v.record(vcpu);
      if (record.is(VcpuRecord.ONLINE) && record.timer() <= deadlineNs) {
        return;
      }
    }
    v.record().timer(deadlineNs);
    v.setTimer(deadlineNs);
  }

  /** The timer of {@code vcpu} has rung. */
  static void rang(Vcpu v, int vcpu) {
    v.record(vcpu).timer(VcpuRecord.NEVER);
    long now = v.now();
    int used = v.state().tasksUsed();
    for (int index = 0; index < used; index++) {
      Task task = new Task(v.memory(), Layout.task(index));
      long deadline = task.deadline();
      if (task.state() == Task.State.PARKED && deadline != 0 && deadline <= now) {
        task.set(Task.TIMED_OUT, true);
        Scheduler.wake(v, task);
      }
    }
    armEarliest(v);
  }

  /** Sets a timer for the earliest deadline there is; after a vCPU's timer was lost, too. */
  public static void armEarliest(Vcpu v) {
    long earliest = VcpuRecord.NEVER;
    int used = v.state().tasksUsed();
    for (int index = 0; index < used; index++) {
      Task task = new Task(v.memory(), Layout.task(index));
      if (task.state() == Task.State.PARKED && task.deadline() != 0) {
        earliest = Math.min(earliest, task.deadline());
      }
    }
    if (earliest != VcpuRecord.NEVER) {
      arm(v, earliest);
    }
  }
}
