package io.xengarden.domain.hypercall;

import io.xengarden.abi.Errno;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.VcpuContext;
import io.xengarden.abi.VcpuOp;
import io.xengarden.abi.VcpuOp.SetSingleshotTimer;
import io.xengarden.domain.vcpu.LiveDomain;
import io.xengarden.domain.vcpu.Vcpu;
import io.xengarden.machine.Memory;

/** vcpu_op and set_timer_op. Source: xen/common/domain.c, xen/common/sched/core.c. */
final class VcpuCalls {
  /** Shortest period of the periodic timer. */
  static final long MIN_PERIOD_NS = 1_000_000;

  /** Longest period of the periodic timer, Xen's STIME_DELTA_MAX rounded: 2^62 ns. */
  static final long MAX_PERIOD_NS = 1L << 62;

  /** set_timer_op takes anything that lies farther ahead, 13 days, for a guest that lost count… */
  static final long FARTHEST_NS = 1L << 50;

  /** … and rings after this instead, as Xen does. */
  static final long LOST_COUNT_NS = 100_000_000;

  private final LiveDomain domain;

  VcpuCalls(LiveDomain domain) {
    this.domain = domain;
  }

  /** set_timer_op: a deadline in system time, 0 for none. */
  long setTimer(Vcpu caller, long timeout) {
    long now = domain.clock().now();
    if (timeout == 0) {
      caller.singleshot().clear();
    } else if (timeout < 0 || timeout - now > FARTHEST_NS) {
      domain.setSingleshot(caller, now + LOST_COUNT_NS);
    } else {
      domain.setSingleshot(caller, timeout);
    }
    return 0;
  }

  long call(Vcpu caller, int op, long id, long argument) {
    if (!domain.hasVcpu(id)) {
      return Errno.ENOENT.result();
    }
    Vcpu vcpu = domain.vcpu((int) id);
    return switch (op) {
      case VcpuOp.INITIALISE -> initialise(vcpu, argument);
      case VcpuOp.UP -> up(vcpu);
      case VcpuOp.DOWN -> down(vcpu);
      case VcpuOp.IS_UP -> vcpu.isUp() ? 1 : 0;
      case VcpuOp.GET_RUNSTATE_INFO -> runstate(vcpu, argument);
      case VcpuOp.REGISTER_RUNSTATE_MEMORY_AREA -> registerRunstate(vcpu, argument);
      case VcpuOp.REGISTER_VCPU_TIME_MEMORY_AREA -> registerTime(vcpu, argument);
      case VcpuOp.SET_PERIODIC_TIMER -> setPeriodic(vcpu, argument);
      case VcpuOp.STOP_PERIODIC_TIMER -> {
        vcpu.period(0, domain.clock().now());
        yield 0;
      }
      case VcpuOp.SET_SINGLESHOT_TIMER ->
          vcpu == caller ? setSingleshot(vcpu, argument) : Errno.EINVAL.result();
      case VcpuOp.STOP_SINGLESHOT_TIMER -> {
        if (vcpu != caller) {
          yield Errno.EINVAL.result();
        }
        vcpu.singleshot().clear();
        yield 0;
      }
      default -> Errno.ENOSYS.result();
    };
  }

  private long initialise(Vcpu vcpu, long argument) {
    byte[] image = domain.memory().read(argument, VcpuContext.SIZE);
    if (vcpu.isInitialised()) {
      return Errno.EEXIST.result();
    }
    vcpu.context(VcpuContext.fromBytes(image));
    return 0;
  }

  private long up(Vcpu vcpu) {
    if (!vcpu.isInitialised()) {
      return Errno.EINVAL.result();
    }
    domain.bringUp(vcpu);
    return 0;
  }

  private long down(Vcpu vcpu) {
    domain.takeDown(vcpu);
    return 0;
  }

  private long runstate(Vcpu vcpu, long argument) {
    vcpu.writeRunstate(domain.memory(), argument, domain.clock().now());
    return 0;
  }

  private long registerRunstate(Vcpu vcpu, long argument) {
    long area = domain.memory().getLong(argument);
    vcpu.writeRunstate(domain.memory(), area, domain.clock().now()); // faults before it counts
    vcpu.runstateArea(area);
    return 0;
  }

  private long registerTime(Vcpu vcpu, long argument) {
    Memory memory = domain.memory();
    long area = memory.getLong(argument);
    long time = SharedInfo.vcpuInfo(0, vcpu.id()) + SharedInfo.TIME;
    domain.xen().sharedInfo().copyTo(time, memory, area, LiveDomain.VCPU_TIME_INFO_SIZE);
    vcpu.timeArea(area);
    return 0;
  }

  private long setPeriodic(Vcpu vcpu, long argument) {
    long period = domain.memory().getLong(argument);
    if (period < MIN_PERIOD_NS || period > MAX_PERIOD_NS) {
      return Errno.EINVAL.result();
    }
    vcpu.period(period, domain.clock().now());
    return 0;
  }

  private long setSingleshot(Vcpu vcpu, long argument) {
    Memory memory = domain.memory();
    long deadline = memory.getLong(argument + SetSingleshotTimer.TIMEOUT_ABS_NS);
    int flags = memory.getInt(argument + SetSingleshotTimer.FLAGS);
    if ((flags & VcpuOp.SSHOTTMR_FUTURE) != 0 && deadline < domain.clock().now()) {
      return Errno.ETIME.result();
    }
    domain.setSingleshot(vcpu, deadline);
    return 0;
  }
}
