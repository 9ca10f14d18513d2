package io.xengarden.domain.hypercall;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Errno;
import io.xengarden.abi.EvtchnOp;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.SchedOp;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.VcpuContext;
import io.xengarden.abi.VcpuOp;
import io.xengarden.abi.VcpuOp.RunstateInfo;
import io.xengarden.abi.VcpuOp.SetSingleshotTimer;
import io.xengarden.abi.Virq;
import io.xengarden.domain.Calls;
import io.xengarden.domain.Costs;
import io.xengarden.domain.Guest;
import io.xengarden.domain.StepKernel;
import io.xengarden.domain.TestDomain;
import io.xengarden.domain.TestDomain.Started;
import io.xengarden.domain.vcpu.Alarm;
import io.xengarden.domain.vcpu.Runstate;
import io.xengarden.domain.vcpu.Vcpu;
import io.xengarden.hypervisor.HypervisorCommand.DomainShutdown;
import io.xengarden.hypervisor.HypervisorCommand.VcpuOnline;
import io.xengarden.hypervisor.HypervisorCommand.VcpuWoke;
import io.xengarden.hypervisor.SliceEnd;
import io.xengarden.machine.Memory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VcpuCallsTest {
  private static final long AT = StepKernel.SCRATCH;
  private static final long CONTEXT = 8 << 12;
  private static final long AREA = 12 << 12;

  private final TestDomain domain = TestDomain.idle(2);
  private final Memory memory = domain.xen.memory();

  @AfterEach
  void close() {
    domain.close();
  }

  @Test
  void aVcpuIsInitialisedOnceAndThenComesUpWhereItsContextSays() {
    assertThat(vcpuOp(VcpuOp.UP, 1, 0)).as("no context yet").isEqualTo(Errno.EINVAL.result());
    initialise(9);
    assertThat(vcpuOp(VcpuOp.INITIALISE, 1, CONTEXT)).isEqualTo(Errno.EEXIST.result());
    assertThat(vcpuOp(VcpuOp.IS_UP, 1, 0)).isZero();

    assertThat(vcpuOp(VcpuOp.UP, 1, 0)).isZero();

    assertThat(vcpuOp(VcpuOp.IS_UP, 1, 0)).isEqualTo(1);
    assertThat(domain.told(VcpuOnline.class))
        .containsExactly(new VcpuOnline(TestDomain.DOMID, 1, true));
    long[] rip = {0};
    domain.slice(1, (context, cpu) -> rip[0] = context.rip, 1000);
    assertThat(rip[0]).isEqualTo(9);
    vcpuOp(VcpuOp.UP, 1, 0);
    assertThat(domain.told(VcpuOnline.class)).as("up once").hasSize(1);
  }

  @Test
  void downTakesAVcpuOffAndUpBringsItBackWhereItWas() {
    initialise(9);
    vcpuOp(VcpuOp.UP, 1, 0);
    Guest goesDown =
        (context, cpu) -> {
          context.rip = 10;
          assertThat(Calls.call(cpu, context, Hypercall.VCPU_OP, VcpuOp.DOWN, 1, 0)).isFalse();
        };

    assertThat(domain.slice(1, goesDown, 1000)).isEqualTo(SliceEnd.OFFLINE);

    assertThat(domain.told(VcpuOnline.class)).endsWith(new VcpuOnline(TestDomain.DOMID, 1, false));
    assertThat(domain.slice(1, goesDown, 1000)).as("down").isEqualTo(SliceEnd.OFFLINE);
    vcpuOp(VcpuOp.UP, 1, 0);
    assertThat(domain.vcpu(1).context().rip).isEqualTo(10);
    assertThat(domain.slice(1, (context, cpu) -> {}, 1000)).isEqualTo(SliceEnd.RUNNABLE);
  }

  @Test
  void anotherVcpuCanBeTakenDownWhileItIsBlocked() {
    initialise(9);
    vcpuOp(VcpuOp.UP, 1, 0);
    domain.slice(1, (context, cpu) -> Calls.block(cpu, context), 1000);

    assertThat(vcpuOp(VcpuOp.DOWN, 1, 0)).isZero();

    assertThat(domain.vcpu(1).state()).isEqualTo(Runstate.OFFLINE);
    domain.live.deliver(1);
    assertThat(domain.told(VcpuWoke.class)).as("down: nothing wakes it").isEmpty();
  }

  @Test
  void theLastVcpuToGoDownPowersTheDomainOff() {
    vcpuOp(VcpuOp.DOWN, 0, 0);

    assertThat(domain.told(DomainShutdown.class))
        .containsExactly(new DomainShutdown(TestDomain.DOMID, ShutdownReason.POWEROFF));
    assertThat(domain.told(VcpuOnline.class)).isEmpty();
  }

  @Test
  void aTimerRaisesItsVirqWhenItsTimeHasCome() {
    int timer = bindTimer();
    long now = domain.live.clock().now();
    domain.call(Hypercall.SET_TIMER_OP, now + 10_000);
    assertThat(domain.timers).containsExactly(new Started(0, Alarm.Kind.SINGLESHOT, 10_000));
    domain.call(Hypercall.SCHED_OP, SchedOp.BLOCK);

    domain.hostNanos += 9_999;
    domain.live.hostTimerRang(domain.vcpu(0), Alarm.Kind.SINGLESHOT);
    assertThat(isPending(timer)).as("rang too early").isFalse();
    domain.hostNanos += 1;
    domain.live.hostTimerRang(domain.vcpu(0), Alarm.Kind.SINGLESHOT);

    assertThat(isPending(timer)).isTrue();
    assertThat(domain.told(VcpuWoke.class)).hasSize(1);
  }

  @Test
  void aDeadlineInThePastFiresAtOnce() {
    domain.hostNanos += 1;
    int timer = bindTimer();

    domain.call(Hypercall.SET_TIMER_OP, domain.live.clock().now());

    assertThat(isPending(timer)).isTrue();
    assertThat(domain.timers).isEmpty();
  }

  @Test
  void aTimerIsCancelledByZero() {
    int timer = bindTimer();
    domain.call(Hypercall.SET_TIMER_OP, domain.live.clock().now() + 10_000);
    domain.call(Hypercall.SET_TIMER_OP, 0);

    domain.hostNanos += 20_000;
    domain.live.hostTimerRang(domain.vcpu(0), Alarm.Kind.SINGLESHOT);

    assertThat(isPending(timer)).isFalse();
  }

  @Test
  void aGuestThatLostCountIsInterruptedSoonInsteadOfNever() {
    for (long wild : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 52}) {
      domain.timers.clear();
      domain.call(Hypercall.SET_TIMER_OP, 0);
      domain.hostNanos += VcpuCalls.LOST_COUNT_NS;
      domain.live.hostTimerRang(domain.vcpu(0), Alarm.Kind.SINGLESHOT);
      domain.call(Hypercall.SET_TIMER_OP, wild);

      assertThat(domain.timers)
          .as("%d", wild)
          .containsExactly(new Started(0, Alarm.Kind.SINGLESHOT, VcpuCalls.LOST_COUNT_NS));
    }
  }

  @Test
  void aSingleshotTimerOfTheFutureRefusesThePast() {
    int timer = bindTimer();
    memory.putLong(AT + SetSingleshotTimer.TIMEOUT_ABS_NS, domain.live.clock().now() - 1);
    memory.putInt(AT + SetSingleshotTimer.FLAGS, VcpuOp.SSHOTTMR_FUTURE);

    assertThat(vcpuOp(VcpuOp.SET_SINGLESHOT_TIMER, 0, AT)).isEqualTo(Errno.ETIME.result());
    assertThat(isPending(timer)).isFalse();
    memory.putInt(AT + SetSingleshotTimer.FLAGS, 0);
    assertThat(vcpuOp(VcpuOp.SET_SINGLESHOT_TIMER, 0, AT)).isZero();
    assertThat(isPending(timer)).isTrue();
    assertThat(vcpuOp(VcpuOp.SET_SINGLESHOT_TIMER, 1, AT))
        .as("only one's own")
        .isEqualTo(Errno.EINVAL.result());
  }

  @Test
  void thePeriodicTimerTicksOncePerPeriodAndOnlyAtSlices() {
    int timer = bindTimer();
    domain.slice(0, (context, cpu) -> {}, 1000);
    SharedInfo.clearPending(domain.xen.sharedInfo(), 0, timer);

    domain.hostNanos += 5 * Vcpu.DEFAULT_PERIOD_NS;
    assertThat(isPending(timer)).as("blocked or waiting: no tick").isFalse();
    domain.slice(0, (context, cpu) -> {}, 1000);
    assertThat(isPending(timer)).isTrue();
    SharedInfo.clearPending(domain.xen.sharedInfo(), 0, timer);
    domain.slice(0, (context, cpu) -> {}, 1000);
    assertThat(isPending(timer)).as("missed ticks are one").isFalse();

    vcpuOp(VcpuOp.STOP_PERIODIC_TIMER, 0, 0);
    domain.hostNanos += 5 * Vcpu.DEFAULT_PERIOD_NS;
    domain.slice(0, (context, cpu) -> {}, 1000);
    assertThat(isPending(timer)).isFalse();
    assertThat(domain.timers).isEmpty();
  }

  @Test
  void aPeriodMustBeAtLeastAMillisecond() {
    memory.putLong(AT, VcpuCalls.MIN_PERIOD_NS - 1);
    assertThat(vcpuOp(VcpuOp.SET_PERIODIC_TIMER, 0, AT)).isEqualTo(Errno.EINVAL.result());
    memory.putLong(AT, -1);
    assertThat(vcpuOp(VcpuOp.SET_PERIODIC_TIMER, 0, AT)).isEqualTo(Errno.EINVAL.result());
    memory.putLong(AT, VcpuCalls.MIN_PERIOD_NS);
    assertThat(vcpuOp(VcpuOp.SET_PERIODIC_TIMER, 0, AT)).isZero();
  }

  @Test
  void runstateBooksEveryNanosecondOnce() {
    domain.slice(0, (context, cpu) -> cpu.use(700 - Costs.SLICE), 1_000_000);
    domain.hostNanos += 1_000;
    domain.slice(0, (context, cpu) -> Calls.block(cpu, context), 1_000_000);
    domain.hostNanos += 50_000;
    domain.live.deliver(1);
    domain.hostNanos += 10;

    domain.vcpu(0).writeRunstate(memory, AREA, domain.live.clock().now());

    long blocking = Costs.SLICE + Costs.HYPERCALL;
    assertThat(memory.getInt(AREA + RunstateInfo.STATE)).isEqualTo(VcpuOp.RUNSTATE_RUNNABLE);
    assertThat(memory.getLong(AREA + RunstateInfo.STATE_ENTRY_TIME)).isEqualTo(51_000);
    assertThat(time(VcpuOp.RUNSTATE_RUNNING)).isEqualTo(700 + blocking);
    assertThat(time(VcpuOp.RUNSTATE_RUNNABLE)).isEqualTo(300 + 10);
    assertThat(time(VcpuOp.RUNSTATE_BLOCKED)).isEqualTo(50_000 - blocking);
    assertThat(time(VcpuOp.RUNSTATE_OFFLINE)).isZero();
    assertThat(vcpuOp(VcpuOp.GET_RUNSTATE_INFO, 0, AREA)).isZero();
    assertThat(memory.getInt(AREA)).as("who asks is running").isZero();
  }

  @Test
  void registeredAreasAreKeptUpToDateAndMayGoAway() {
    memory.putLong(AT, AREA);
    assertThat(vcpuOp(VcpuOp.REGISTER_RUNSTATE_MEMORY_AREA, 0, AT)).isZero();
    memory.putLong(AT, AREA + 64);
    assertThat(vcpuOp(VcpuOp.REGISTER_VCPU_TIME_MEMORY_AREA, 0, AT)).isZero();

    domain.hostNanos += 1_000_000;
    domain.slice(0, (context, cpu) -> Calls.block(cpu, context), 1_000_000);

    assertThat(memory.getInt(AREA)).isEqualTo(VcpuOp.RUNSTATE_BLOCKED);
    assertThat(memory.getLong(AREA + 64 + SharedInfo.TIME_TSC_TIMESTAMP))
        .isEqualTo(domain.hostNanos);
    memory.putLong(AT, -1);
    assertThat(vcpuOp(VcpuOp.REGISTER_RUNSTATE_MEMORY_AREA, 0, AT))
        .isEqualTo(Errno.EFAULT.result());
    domain.xen.memory().unmap(AREA >>> 12, 1);
    assertThat(domain.slice(0, (context, cpu) -> {}, 1000)).isEqualTo(SliceEnd.RUNNABLE);
  }

  @Test
  void unknownVcpusAndOperationsAreErrors() {
    assertThat(vcpuOp(VcpuOp.IS_UP, 2, 0)).isEqualTo(Errno.ENOENT.result());
    assertThat(vcpuOp(VcpuOp.IS_UP, -1, 0)).isEqualTo(Errno.ENOENT.result());
    assertThat(domain.call(Hypercall.VCPU_OP, VcpuOp.IS_UP, 1L << 32, 0))
        .isEqualTo(Errno.ENOENT.result());
    assertThat(vcpuOp(VcpuOp.REGISTER_VCPU_INFO, 0, AT)).isEqualTo(Errno.ENOSYS.result());
    assertThat(vcpuOp(77, 0, AT)).isEqualTo(Errno.ENOSYS.result());
    assertThat(vcpuOp(VcpuOp.INITIALISE, 1, (64 << 12) - 100)).isEqualTo(Errno.EFAULT.result());
  }

  private void initialise(long rip) {
    VcpuContext context = new VcpuContext();
    context.rip = rip;
    memory.write(CONTEXT, context.toBytes());
    vcpuOp(VcpuOp.INITIALISE, 1, CONTEXT);
  }

  private int bindTimer() {
    memory.putInt(AT + EvtchnOp.BindVirq.VIRQ, Virq.TIMER.number());
    memory.putInt(AT + EvtchnOp.BindVirq.VCPU, 0);
    assertThat(domain.call(Hypercall.EVENT_CHANNEL_OP, EvtchnOp.BIND_VIRQ, AT)).isZero();
    return memory.getInt(AT + EvtchnOp.BindVirq.PORT);
  }

  private boolean isPending(int port) {
    return SharedInfo.isPending(domain.xen.sharedInfo(), 0, port);
  }

  private long time(int runstate) {
    return memory.getLong(AREA + RunstateInfo.TIME + 8L * runstate);
  }

  private long vcpuOp(int op, int vcpu, long argument) {
    return domain.call(Hypercall.VCPU_OP, op, vcpu, argument);
  }
}
