package io.xengarden.domain.pebble.kernel;

import io.xengarden.abi.Hypercall;
import io.xengarden.abi.SchedOp;
import io.xengarden.abi.VcpuOp;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.VcpuRecord;
import io.xengarden.domain.pebble.image.Wait;

/** A vCPU without a task: takes the next one, blocks, or goes down. */
public final class Idle extends Routine<Idle.At> {
  /** Its steps. */
  public enum At {
    SCHEDULE,
    WOKEN,
    UP_AGAIN
  }

  public Idle() {
    super(Entry.IDLE, At.class);
  }

  @Override
  protected void step(At at, Vcpu v) {
    switch (at) {
      case SCHEDULE -> schedule(v);
      case WOKEN -> woken(v);
      case UP_AGAIN -> v.goTo(at(At.SCHEDULE));
    }
  }

  private void schedule(Vcpu v) {
    VcpuRecord record = v.record();
    if (record.is(VcpuRecord.LEAVING)) {
      goDown(v);
      return;
    }
    Task next = Scheduler.take(v, v.id());
    if (next == null) {
      record.set(VcpuRecord.IDLE, true);
      record.idleSince(v.now());
      v.hypercall(Hypercall.SCHED_OP, SchedOp.BLOCK, 0, at(At.WOKEN));
      return;
    }
    next.state(Task.State.RUNNING);
    v.context().rsp = next.address();
    v.context().rax = next.rax();
    v.context().r15 = 0;
    v.goTo(next.rip());
  }

  private void woken(Vcpu v) {
    VcpuRecord record = v.record();
    record.set(VcpuRecord.IDLE, false);
    record.idleTime(record.idleTime() + v.now() - record.idleSince());
    v.goTo(at(At.SCHEDULE));
  }

  private void goDown(Vcpu v) {
    VcpuRecord record = v.record();
    record.set(VcpuRecord.LEAVING, false);
    record.set(VcpuRecord.ONLINE, false);
    record.timer(VcpuRecord.NEVER);
    Scheduler.wakeAll(v, Wait.VCPU_DOWN);
    v.hypercall(Hypercall.VCPU_OP, VcpuOp.DOWN, v.id(), at(At.UP_AGAIN));
  }
}
