package io.xengarden.domain.hypercall;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Errno;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.SchedOp;
import io.xengarden.abi.SchedOp.Poll;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.domain.Calls;
import io.xengarden.domain.Guest;
import io.xengarden.domain.StepKernel;
import io.xengarden.domain.TestDomain;
import io.xengarden.domain.TestDomain.Started;
import io.xengarden.domain.vcpu.Alarm;
import io.xengarden.domain.vcpu.Runstate;
import io.xengarden.hypervisor.HypervisorCommand.DomainShutdown;
import io.xengarden.hypervisor.HypervisorCommand.VcpuWoke;
import io.xengarden.hypervisor.SliceEnd;
import io.xengarden.machine.Memory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SchedCallsTest {
  private static final long AT = StepKernel.SCRATCH;
  private static final long PORTS = AT + 64;
  private static final long BUDGET = 1_000_000;
  private static final int STORE = 1;
  private static final int CONSOLE = 2;

  private final TestDomain domain = TestDomain.idle(1);
  private final Memory memory = domain.xen.memory();

  @AfterEach
  void close() {
    domain.close();
  }

  @Test
  void yieldEndsTheSliceAndTheVcpuRunsOn() {
    assertThat(domain.slice(0, sched(SchedOp.YIELD), BUDGET)).isEqualTo(SliceEnd.RUNNABLE);
    assertThat(domain.vcpu(0).state()).isEqualTo(Runstate.RUNNABLE);
  }

  @Test
  void blockUnmasksUpcallsAndAnEventWakesOnce() {
    assertThat(domain.slice(0, sched(SchedOp.BLOCK), BUDGET)).isEqualTo(SliceEnd.BLOCKED);
    assertThat(SharedInfo.isUpcallMasked(domain.xen.sharedInfo(), 0, 0)).isFalse();

    domain.xen.inbox().raise(STORE);
    domain.live.takeEvents();
    domain.xen.inbox().raise(CONSOLE);
    domain.live.takeEvents();

    assertThat(domain.told(VcpuWoke.class)).containsExactly(new VcpuWoke(TestDomain.DOMID, 0));
  }

  @Test
  void blockReturnsAtOnceWhenAnEventIsInTheInbox() {
    Guest racing =
        (context, cpu) -> {
          domain.xen.inbox().raise(STORE); // after the guest has looked, before it blocks
          assertThat(Calls.block(cpu, context)).as("goes on").isTrue();
          assertThat(cpu.upcallPending()).isTrue();
        };

    assertThat(domain.slice(0, racing, BUDGET)).isEqualTo(SliceEnd.RUNNABLE);
    assertThat(domain.vcpu(0).context().rax).isZero();
  }

  @Test
  void aMaskedPortDoesNotEndABlock() {
    SharedInfo.mask(domain.xen.sharedInfo(), 0, STORE);
    domain.slice(0, sched(SchedOp.BLOCK), BUDGET);

    domain.xen.inbox().raise(STORE);
    domain.live.takeEvents();

    assertThat(domain.told(VcpuWoke.class)).isEmpty();
  }

  @Test
  void pollEndsByItsPortAlthoughItIsMasked() {
    SharedInfo.mask(domain.xen.sharedInfo(), 0, STORE);
    SharedInfo.mask(domain.xen.sharedInfo(), 0, CONSOLE);
    assertThat(poll(0, STORE)).isEqualTo(SliceEnd.BLOCKED);

    domain.xen.inbox().raise(CONSOLE);
    domain.live.takeEvents();
    assertThat(domain.told(VcpuWoke.class)).as("not its port").isEmpty();
    domain.xen.inbox().raise(STORE);
    domain.live.takeEvents();

    assertThat(domain.told(VcpuWoke.class)).hasSize(1);
    assertThat(poll(0, STORE)).as("pending: returns at once").isEqualTo(SliceEnd.RUNNABLE);
  }

  @Test
  void pollEndsByItsTimeout() {
    long now = domain.live.clock().now();
    assertThat(poll(now + 5_000, STORE)).isEqualTo(SliceEnd.BLOCKED);
    assertThat(domain.timers).containsExactly(new Started(0, Alarm.Kind.POLL, 5_000));

    domain.hostNanos += 5_000;
    domain.live.hostTimerRang(domain.vcpu(0), Alarm.Kind.POLL);

    assertThat(domain.told(VcpuWoke.class)).hasSize(1);
    assertThat(poll(now + 4_000, STORE)).as("a timeout in the past").isEqualTo(SliceEnd.RUNNABLE);
  }

  @Test
  void aPollTimeoutDoesNotWakeAVcpuThatHasGoneOnToBlock() {
    poll(domain.live.clock().now() + 5_000, STORE);
    domain.slice(0, sched(SchedOp.BLOCK), BUDGET); // a spurious wake-up, then block

    domain.hostNanos += 5_000;
    domain.live.hostTimerRang(domain.vcpu(0), Alarm.Kind.POLL);

    assertThat(domain.told(VcpuWoke.class)).isEmpty();
  }

  @Test
  void pollChecksItsPorts() {
    poll(0, 1024);
    assertThat(domain.vcpu(0).context().rax).isEqualTo(Errno.EINVAL.result());
    poll(0, -1);
    assertThat(domain.vcpu(0).context().rax).isEqualTo(Errno.EINVAL.result());
    assertThat(pollCount(SchedCalls.MAX_POLL_PORTS + 1)).isEqualTo(Errno.EINVAL.result());
    assertThat(pollCount(-1)).isEqualTo(Errno.EINVAL.result());
    memory.putLong(AT + Poll.PORTS, -64);
    assertThat(pollCount(1)).isEqualTo(Errno.EFAULT.result());
  }

  @Test
  void shutdownStopsEveryVcpuAndTheFirstReasonStays() {
    memory.putInt(AT, ShutdownReason.REBOOT.number());
    assertThat(domain.slice(0, sched(SchedOp.SHUTDOWN), BUDGET)).isEqualTo(SliceEnd.OFFLINE);

    domain.live.shutDown(ShutdownReason.CRASH);

    assertThat(domain.told(DomainShutdown.class))
        .containsExactly(new DomainShutdown(TestDomain.DOMID, ShutdownReason.REBOOT));
    assertThat(domain.slice(0, sched(SchedOp.YIELD), BUDGET)).isEqualTo(SliceEnd.OFFLINE);
  }

  @Test
  void anUnknownReasonIsACrash() {
    memory.putInt(AT, 4711);
    domain.slice(0, sched(SchedOp.SHUTDOWN), BUDGET);

    assertThat(domain.told(DomainShutdown.class))
        .containsExactly(new DomainShutdown(TestDomain.DOMID, ShutdownReason.CRASH));
  }

  @Test
  void whatIsNotOfferedIsRefused() {
    assertThat(domain.call(Hypercall.SCHED_OP, SchedOp.REMOTE_SHUTDOWN, AT))
        .isEqualTo(Errno.EPERM.result());
    assertThat(domain.call(Hypercall.SCHED_OP, SchedOp.WATCHDOG, AT))
        .isEqualTo(Errno.ENOSYS.result());
    assertThat(domain.call(Hypercall.SCHED_OP, -5, AT)).isEqualTo(Errno.ENOSYS.result());
    assertThat(domain.call(Hypercall.SCHED_OP, SchedOp.SHUTDOWN, 3))
        .as("a misaligned pointer faults")
        .isEqualTo(Errno.EFAULT.result());
  }

  private static Guest sched(int op) {
    return (context, cpu) -> Calls.call(cpu, context, Hypercall.SCHED_OP, op, AT);
  }

  private SliceEnd poll(long timeout, int port) {
    memory.putLong(AT + Poll.PORTS, PORTS);
    memory.putInt(AT + Poll.NR_PORTS, 1);
    memory.putLong(AT + Poll.TIMEOUT, timeout);
    memory.putInt(PORTS, port);
    return domain.slice(0, sched(SchedOp.POLL), BUDGET);
  }

  private long pollCount(int count) {
    memory.putInt(AT + Poll.NR_PORTS, count);
    return domain.call(Hypercall.SCHED_OP, SchedOp.POLL, AT);
  }
}
