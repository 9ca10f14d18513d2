package io.xengarden.domain.pebble.kernel;

import io.xengarden.abi.EvtchnOp;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.VcpuOp;
import io.xengarden.abi.Virq;
import io.xengarden.domain.pebble.image.Ports;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.VcpuRecord;

/** Binds the two ports that every vCPU has: its timer, and the IPI that kicks it. */
public final class BindEvents extends Routine<BindEvents.At> {
  private static final int VCPU = 0;

  /** Its steps. */
  public enum At {
    TIMER,
    TIMER_BOUND,
    KICK_BOUND,
    TICK_STOPPED
  }

  public BindEvents() {
    super(Entry.BIND_EVENTS, At.class);
  }

  /** Argument: the vCPU. Returns 0. */
  @Override
  public int locals() {
    return 1;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    int vcpu = (int) task.local(VCPU);
    switch (at) {
      case TIMER -> {
        v.memory().putInt(task.scratch() + EvtchnOp.BindVirq.VIRQ, Virq.TIMER.number());
        v.memory().putInt(task.scratch() + EvtchnOp.BindVirq.VCPU, vcpu);
        bind(v, EvtchnOp.BIND_VIRQ, At.TIMER_BOUND);
      }
      case TIMER_BOUND -> {
        Upcall.open(v, port(v, EvtchnOp.BindVirq.PORT), Ports.Kind.TIMER, vcpu);
        v.memory().putInt(task.scratch() + EvtchnOp.BindIpi.VCPU, vcpu);
        bind(v, EvtchnOp.BIND_IPI, At.KICK_BOUND);
      }
      case KICK_BOUND -> {
        int port = port(v, EvtchnOp.BindIpi.PORT);
        Upcall.open(v, port, Ports.Kind.KICK, vcpu);
        VcpuRecord record = v.record(vcpu);
        record.kickPort(port);
        record.timer(VcpuRecord.NEVER);
        // There is no tick: timers are set when somebody waits for one.
        v.hypercall(Hypercall.VCPU_OP, VcpuOp.STOP_PERIODIC_TIMER, vcpu, at(At.TICK_STOPPED));
      }
      case TICK_STOPPED -> v.ret(0);
    }
  }

  private void bind(Vcpu v, int operation, At next) {
    v.hypercall(Hypercall.EVENT_CHANNEL_OP, operation, v.task().scratch(), at(next));
  }

  private static int port(Vcpu v, int offset) {
    long failed = v.answer();
    int port = v.memory().getInt(v.task().scratch() + offset);
    if (failed != 0 || !Ports.fits(port)) {
      throw new IllegalStateException("no port for a vCPU: " + (failed != 0 ? failed : port));
    }
    return port;
  }
}
