package io.xengarden.domain.hypercall;

import io.xengarden.abi.Errno;
import io.xengarden.abi.SchedOp;
import io.xengarden.abi.SchedOp.Poll;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.domain.vcpu.LiveDomain;
import io.xengarden.domain.vcpu.Vcpu;
import io.xengarden.domain.vcpu.Wait;
import io.xengarden.hypervisor.SliceEnd;
import io.xengarden.machine.Memory;

/** sched_op. Source: xen/common/sched/core.c. */
final class SchedCalls {
  /** Ports in one poll, as on Xen. */
  static final int MAX_POLL_PORTS = 128;

  private final LiveDomain domain;

  SchedCalls(LiveDomain domain) {
    this.domain = domain;
  }

  long call(Vcpu caller, int op, long argument) {
    return switch (op) {
      case SchedOp.YIELD -> {
        caller.endSlice(SliceEnd.RUNNABLE);
        yield 0;
      }
      case SchedOp.BLOCK -> block(caller);
      case SchedOp.SHUTDOWN -> shutdown(domain.memory().getInt(argument));
      case SchedOp.POLL -> poll(caller, argument);
      case SchedOp.REMOTE_SHUTDOWN, SchedOp.PIN_OVERRIDE -> Errno.EPERM.result();
      default -> Errno.ENOSYS.result();
    };
  }

  /** Unmasks upcalls, looks, and only then blocks: what comes later wakes. */
  private long block(Vcpu caller) {
    domain.unmaskUpcalls(caller);
    domain.takeEvents();
    if (!domain.upcallPending(caller)) {
      caller.block(Wait.UPCALL);
    }
    return 0;
  }

  private long shutdown(int reason) {
    domain.shutDown(ShutdownReason.of(reason));
    return 0;
  }

  private long poll(Vcpu caller, long argument) {
    Memory memory = domain.memory();
    long ports = memory.getLong(argument + Poll.PORTS);
    int count = memory.getInt(argument + Poll.NR_PORTS);
    long timeout = memory.getLong(argument + Poll.TIMEOUT);
    if (count < 0 || count > MAX_POLL_PORTS) {
      return Errno.EINVAL.result();
    }
    domain.takeEvents();
    boolean ready = domain.upcallPending(caller) || timeout != 0 && isPast(timeout);
    for (int i = 0; i < count; i++) {
      int port = memory.getInt(ports + 4L * i);
      if (port < 0 || port >= domain.xen().events().maxPorts()) {
        return Errno.EINVAL.result();
      }
      ready |= domain.isPending(port);
    }
    if (!ready) {
      caller.block(new Wait.Ports(count == 1 ? memory.getInt(ports) : Wait.ANY_PORT));
      if (timeout != 0) {
        domain.setPollTimeout(caller, timeout);
      }
    }
    return 0;
  }

  private boolean isPast(long timeout) {
    return timeout <= domain.clock().now();
  }
}
