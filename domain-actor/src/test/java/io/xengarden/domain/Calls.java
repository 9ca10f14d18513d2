package io.xengarden.domain;

import io.xengarden.abi.EvtchnOp;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.SchedOp;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.VcpuContext;
import io.xengarden.abi.VcpuOp;
import io.xengarden.machine.Memory;

/** Hypercalls as a guest in a test makes them; arguments go to a place in its own memory. */
public final class Calls {
  private Calls() {}

  /** Makes a call; rip must have moved on already. What {@link GuestCpu#hypercall} says. */
  public static boolean call(GuestCpu cpu, VcpuContext context, int number, long... arguments) {
    context.rax = number;
    context.rdi = arguments.length > 0 ? arguments[0] : 0;
    context.rsi = arguments.length > 1 ? arguments[1] : 0;
    context.rdx = arguments.length > 2 ? arguments[2] : 0;
    return cpu.hypercall(context);
  }

  public static boolean block(GuestCpu cpu, VcpuContext context) {
    return call(cpu, context, Hypercall.SCHED_OP, SchedOp.BLOCK);
  }

  /** SCHEDOP_shutdown; rdx is the start_info frame, as a suspend wants it. */
  public static boolean shutdown(
      GuestCpu cpu, VcpuContext context, long at, ShutdownReason reason, long startInfoGfn) {
    cpu.memory().putInt(at, reason.number());
    return call(cpu, context, Hypercall.SCHED_OP, SchedOp.SHUTDOWN, at, startInfoGfn);
  }

  public static void send(GuestCpu cpu, VcpuContext context, long at, int port) {
    cpu.memory().putInt(at, port);
    call(cpu, context, Hypercall.EVENT_CHANNEL_OP, EvtchnOp.SEND, at);
  }

  /** The new port. */
  public static int bindIpi(GuestCpu cpu, VcpuContext context, long at, int vcpu) {
    cpu.memory().putInt(at + EvtchnOp.BindIpi.VCPU, vcpu);
    call(cpu, context, Hypercall.EVENT_CHANNEL_OP, EvtchnOp.BIND_IPI, at);
    return cpu.memory().getInt(at + EvtchnOp.BindIpi.PORT);
  }

  /** The new port. */
  public static int bindVirq(GuestCpu cpu, VcpuContext context, long at, int virq) {
    cpu.memory().putInt(at + EvtchnOp.BindVirq.VIRQ, virq);
    cpu.memory().putInt(at + EvtchnOp.BindVirq.VCPU, cpu.vcpu());
    call(cpu, context, Hypercall.EVENT_CHANNEL_OP, EvtchnOp.BIND_VIRQ, at);
    return cpu.memory().getInt(at + EvtchnOp.BindVirq.PORT);
  }

  public static void setTimer(GuestCpu cpu, VcpuContext context, long deadline) {
    call(cpu, context, Hypercall.SET_TIMER_OP, deadline);
  }

  public static void vcpuOp(GuestCpu cpu, VcpuContext context, int op, int vcpu, long argument) {
    call(cpu, context, Hypercall.VCPU_OP, op, vcpu, argument);
  }

  /** Initialises a vCPU that starts at a step, and brings it up. */
  public static void startVcpu(GuestCpu cpu, VcpuContext context, long at, int vcpu, long step) {
    VcpuContext fresh = new VcpuContext();
    fresh.rip = step;
    fresh.flags = VcpuContext.VGCF_IN_KERNEL;
    cpu.memory().write(at, fresh.toBytes());
    vcpuOp(cpu, context, VcpuOp.INITIALISE, vcpu, at);
    vcpuOp(cpu, context, VcpuOp.UP, vcpu, 0);
  }

  /** The guest's view of shared_info: the first frame above {@code pages} of RAM. */
  public static long sharedInfo(long pages) {
    return pages << Memory.PAGE_SHIFT;
  }

  /** Takes the upcall: clears what says that there is one, and the pending bit of a port. */
  public static boolean takeEvent(GuestCpu cpu, long sharedInfo, int port) {
    SharedInfo.clearUpcallPending(cpu.memory(), sharedInfo, cpu.vcpu());
    SharedInfo.takePendingSel(cpu.memory(), sharedInfo, cpu.vcpu());
    return SharedInfo.clearPending(cpu.memory(), sharedInfo, port);
  }

  /** System time by the guest's own clock. */
  public static long systemTime(GuestCpu cpu, long sharedInfo) {
    return SharedInfo.readSystemTime(cpu.memory(), sharedInfo, cpu.vcpu(), cpu.rdtsc());
  }
}
