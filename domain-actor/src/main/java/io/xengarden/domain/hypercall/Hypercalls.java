package io.xengarden.domain.hypercall;

import io.xengarden.abi.Errno;
import io.xengarden.abi.EvtchnOp;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.vcpu.LiveDomain;
import io.xengarden.domain.vcpu.Vcpu;
import io.xengarden.domain.vcpu.Wait;
import io.xengarden.hypervisor.DomainSignal.PeerBindAnswer;
import io.xengarden.hypervisor.DomainSignal.ReservationGranted;
import io.xengarden.machine.MemoryFault;

/**
 * Xen's hypercalls, as one domain can make them. Everything a guest hands in is hostile: a pointer
 * that faults is EFAULT, a number nobody knows ENOSYS, and no call works longer than its limit.
 *
 * <p>What a call does to its vCPU (block, yield, go down) is left in the {@link Vcpu}. A call that
 * needs the hypervisor leaves a {@link Wait.Answer}; its rax comes later.
 */
public final class Hypercalls {
  private final LiveDomain domain;
  private final EventChannelCalls eventChannels;
  private final GrantTableCalls grantTable;
  private final SchedCalls sched;
  private final VcpuCalls vcpuOps;
  private final MemoryCalls memory;
  private final VersionCalls version;
  private final ConsoleCalls console;
  private final Multicall multicall;

  public Hypercalls(LiveDomain domain) {
    Physmap physmap = new Physmap(domain);
    this.domain = domain;
    this.eventChannels = new EventChannelCalls(domain);
    this.grantTable = new GrantTableCalls(domain, physmap);
    this.sched = new SchedCalls(domain);
    this.vcpuOps = new VcpuCalls(domain);
    this.memory = new MemoryCalls(domain, physmap);
    this.version = new VersionCalls(domain);
    this.console = new ConsoleCalls(domain);
    this.multicall = new Multicall(domain, this);
  }

  /** Executes the call in the registers; rax has the result unless the vCPU awaits an answer. */
  public void call(Vcpu caller, VcpuContext context) {
    long result;
    try {
      result = result(caller, context);
    } catch (MemoryFault fault) {
      result = Errno.EFAULT.result();
    }
    if (!caller.awaitsAnswer()) {
      context.rax = result;
    }
  }

  private long result(Vcpu caller, VcpuContext context) {
    return context.rax == Hypercall.MULTICALL
        ? multicall.call(caller, context.rdi, context.rsi)
        : dispatch(caller, context.rax, context.rdi, context.rsi, context.rdx);
  }

  /** Any call but a multicall; no family takes more than three arguments. */
  long dispatch(Vcpu caller, long number, long first, long second, long third) {
    if (number < 0 || number > Hypercall.DM_OP) {
      return Errno.ENOSYS.result();
    }
    return switch ((int) number) {
      case Hypercall.EVENT_CHANNEL_OP -> eventChannels.call(caller, (int) first, second);
      case Hypercall.SCHED_OP -> sched.call(caller, (int) first, second);
      case Hypercall.SET_TIMER_OP -> vcpuOps.setTimer(caller, first);
      case Hypercall.VCPU_OP -> vcpuOps.call(caller, (int) first, second, third);
      case Hypercall.GRANT_TABLE_OP -> grantTable.call(caller, (int) first, second, third);
      case Hypercall.MEMORY_OP -> memory.call(caller, first, second);
      case Hypercall.XEN_VERSION -> version.call((int) first, second);
      case Hypercall.CONSOLE_IO -> console.call(caller, (int) first, second, third);
      default -> Errno.ENOSYS.result();
    };
  }

  /** Whether a call may have to wait for the hypervisor. */
  boolean mayWait(long number, long first) {
    return number == Hypercall.EVENT_CHANNEL_OP && (int) first == EvtchnOp.BIND_INTERDOMAIN
        || number == Hypercall.MEMORY_OP && memory.mayWait(first);
  }

  /** Closes every port but two, which may be 0. */
  public void closePortsBut(int one, int other) {
    eventChannels.closeAllBut(one, other);
  }

  /** The far end of a bind_interdomain has answered. */
  public void peerAnswered(int localPort, PeerBindAnswer answer) {
    for (int id = 0; id < domain.vcpuCount(); id++) {
      Vcpu vcpu = domain.vcpu(id);
      if (vcpu.waiting() instanceof Wait.PeerBind bind && bind.localPort() == localPort) {
        domain.answer(vcpu, eventChannels.peerAnswered(bind, answer));
      }
    }
  }

  /** The hypervisor has done, or refused, what a vCPU waits for. */
  public void answered(int id, long rax) {
    if (domain.hasVcpu(id) && domain.vcpu(id).waiting() instanceof Wait.Reservation under) {
      memory.answered(domain.vcpu(id), under, rax);
    }
  }

  /** The hypervisor has given frames. */
  public void reservationGranted(ReservationGranted granted) {
    memory.granted(granted);
  }

  /** Guest frames from 0 on that are RAM, or were. */
  public long ramEnd() {
    return memory.ramEnd();
  }
}
