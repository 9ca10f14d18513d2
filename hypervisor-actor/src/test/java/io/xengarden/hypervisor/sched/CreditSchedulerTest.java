package io.xengarden.hypervisor.sched;

import static io.xengarden.hypervisor.sched.VirtualHost.BURN;
import static io.xengarden.hypervisor.sched.VirtualHost.MS;
import static io.xengarden.hypervisor.sched.VirtualHost.cpuTime;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.xengarden.hypervisor.sched.VirtualHost.Answer;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CreditSchedulerTest {
  private static final long MINUTE = 60_000 * MS;
  private static final Percentage THREE = Percentage.withPercentage(3);
  private static final Percentage TWO = Percentage.withPercentage(2);

  /** Nothing of the machine below is finer than a timer of 1 ns, or as coarse as Akka's default. */
  @ParameterizedTest
  @CsvSource({"1, 1", "1, 10000000", "2, 1", "4, 1000000", "8, 10000000"})
  void loadsShareTheCpuByWeight(int pcpus, long timerNs) {
    VirtualHost host = new VirtualHost(pcpus, timerNs);
    List<SchedDomain> domains = new ArrayList<>();
    for (int weight : new int[] {256, 512, 1024}) {
      SchedDomain domain = host.start(pcpus, BURN);
      host.scheduler.setParameters(domain, weight, 0);
      domains.add(domain);
    }
    host.runFor(2 * MINUTE);
    long total = domains.stream().mapToLong(VirtualHost::cpuTime).sum();
    assertThat(total)
        .as("all CPU time is used")
        .isCloseTo(pcpus * 2 * MINUTE, within(40 * MS * pcpus));
    assertThat(cpuTime(domains.get(0))).isCloseTo(total / 7, THREE);
    assertThat(cpuTime(domains.get(1))).isCloseTo(total * 2 / 7, THREE);
    assertThat(cpuTime(domains.get(2))).isCloseTo(total * 4 / 7, THREE);
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 10, 25, 33, 50, 80, 100, 150, 250})
  void aCapHoldsOnAnIdleHost(int cap) {
    VirtualHost host = new VirtualHost(8);
    SchedDomain domain = host.start(4, BURN);
    host.scheduler.setParameters(domain, 256, cap);
    host.runFor(2 * MINUTE);
    assertThat(cpuTime(domain)).isCloseTo(2 * MINUTE * cap / 100, TWO);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 40, 60})
  void aCapHoldsWithCoarseTimersAndOtherLoad(int cap) {
    VirtualHost host = new VirtualHost(2, 10 * MS);
    SchedDomain capped = host.start(1, BURN);
    host.scheduler.setParameters(capped, 256, cap);
    SchedDomain other = host.start(2, BURN);
    host.runFor(2 * MINUTE);
    assertThat(cpuTime(capped)).isCloseTo(2 * MINUTE * cap / 100, TWO);
    assertThat(cpuTime(other))
        .as("gets the rest")
        .isCloseTo(4 * MINUTE - 2 * MINUTE * cap / 100, TWO);
  }

  @Test
  void aVcpuGetsNoMoreThanOnePcpu() {
    VirtualHost host = new VirtualHost(8, 10 * MS);
    SchedDomain domain = host.start(3, BURN);
    host.runFor(MINUTE);
    domain
        .vcpus()
        .forEach(vcpu -> assertThat(vcpu.cpuTimeNs()).isBetween(MINUTE - 40 * MS, MINUTE + MS));
  }

  @Test
  void anIdleHostHasNoDeadline() {
    VirtualHost host = new VirtualHost(4);
    host.add(2, BURN);
    assertThat(host.scheduler.nextDeadline()).isEqualTo(CreditScheduler.NEVER);
    long[] left = {500};
    SchedDomain domain = host.start(1, budget -> new Answer(MS, --left[0] > 0));
    host.runFor(2000 * MS);
    assertThat(cpuTime(domain)).isEqualTo(500 * MS);
    assertThat(host.scheduler.nextDeadline())
        .as("accounting has stopped too")
        .isEqualTo(CreditScheduler.NEVER);
    int slices = host.slices();
    host.runFor(MINUTE);
    assertThat(host.slices()).isEqualTo(slices);
  }

  @Test
  void aWakeOnAnIdlePcpuRunsInTheSameCall() {
    VirtualHost host = new VirtualHost(2);
    List<Long> budgets = new ArrayList<>();
    SchedDomain domain =
        host.add(
            1,
            budget -> {
              budgets.add(budget);
              return new Answer(5_000, false);
            });
    host.now = 7 * MS;
    host.scheduler.wake(domain.vcpu(0), host.now);
    assertThat(budgets).as("dispatched before wake returns").hasSize(1);
    assertThat(domain.vcpu(0).isSliceUnderWay()).isTrue();
  }

  @Test
  void shortSlicesNeedNoTimer() {
    VirtualHost host = new VirtualHost(1, 10 * MS);
    SchedDomain domain = host.add(1, budget -> new Answer(10_000, false));
    for (int i = 0; i < 10; i++) {
      host.wake(domain.vcpu(0));
    }
    assertThat(cpuTime(domain)).as("ten handlers of 10 us, at one instant").isEqualTo(100_000);
    for (int i = 0; i < 100; i++) {
      host.wake(domain.vcpu(0));
    }
    assertThat(cpuTime(domain))
        .as("but no more than the clock and a little")
        .isBetween(CreditScheduler.RUN_AHEAD_NS, CreditScheduler.RUN_AHEAD_NS + 10_000);
  }

  @Test
  void aWokenVcpuPreemptsLoadWithinTheRatelimit() {
    VirtualHost host = new VirtualHost(2);
    host.start(4, BURN);
    List<Long> waits = new ArrayList<>();
    long[] wokenAt = new long[1];
    SchedDomain sleeper =
        host.add(
            1,
            budget -> {
              waits.add(host.now - wokenAt[0]);
              return new Answer(50_000, false);
            });
    for (long at = 1_000 * MS; at < 11_000 * MS; at += 10_300_000) {
      host.at(
          at,
          () -> {
            wokenAt[0] = host.now;
            host.scheduler.wake(sleeper.vcpu(0), host.now);
          });
    }
    host.runFor(12_000 * MS);
    assertThat(waits).hasSize(971);
    assertThat(waits)
        .as("BOOST goes first, after the ratelimit of whoever runs")
        .allSatisfy(
            wait ->
                assertThat(wait)
                    .isLessThanOrEqualTo(
                        CreditScheduler.RATELIMIT_NS + CreditScheduler.RUN_AHEAD_NS));
  }

  @Test
  void anEqualVcpuWaitsForItsTurnOfThirtyMilliseconds() {
    VirtualHost host = new VirtualHost(1);
    List<Integer> turns = new ArrayList<>();
    long[] ran = new long[2];
    for (int i = 0; i < 2; i++) {
      int me = i;
      SchedDomain domain =
          host.add(
              1,
              budget -> {
                ran[me] += budget;
                if (turns.isEmpty() || turns.getLast() != me) {
                  turns.add(me);
                }
                return new Answer(budget, true);
              });
      host.scheduler.wake(domain.vcpu(0), 0);
    }
    host.runFor(600 * MS);
    assertThat(turns).as("20 turns of 30 ms").hasSizeBetween(19, 22);
    assertThat(ran[0]).isCloseTo(ran[1], within(31 * MS));
  }

  @Test
  void aYieldGivesAnEqualItsTurnAtOnce() {
    VirtualHost host = new VirtualHost(1);
    SchedDomain yielding = host.start(1, budget -> new Answer(budget / 10, true));
    SchedDomain burning = host.start(1, BURN);
    host.runFor(25 * MS);
    assertThat(cpuTime(yielding)).as("its one short slice").isLessThanOrEqualTo(MS);
    assertThat(cpuTime(burning)).isGreaterThan(20 * MS);
  }

  @Test
  void anIdlePcpuStealsWhatWaitsElsewhere() {
    VirtualHost host = new VirtualHost(4);
    List<SchedDomain> domains = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      domains.add(host.start(1, BURN));
    }
    List<SchedDomain> late = List.of(host.start(1, BURN), host.start(1, BURN));
    host.runFor(100 * MS);
    domains.subList(2, 4).forEach(domain -> host.scheduler.remove(domain, host.now));
    host.settle();
    long before = late.stream().mapToLong(VirtualHost::cpuTime).sum();
    host.runFor(1_000 * MS);
    assertThat(late.stream().mapToLong(VirtualHost::cpuTime).sum() - before)
        .as("four loads on four pCPUs")
        .isCloseTo(2_000 * MS, within(25 * MS));
  }

  @Test
  void aSuspendedDomainGetsNoSliceUntilItIsResumed() {
    VirtualHost host = new VirtualHost(1);
    SchedDomain domain = host.start(2, BURN);
    host.runFor(100 * MS);
    host.scheduler.suspend(domain);
    host.runFor(20 * MS);
    long paused = cpuTime(domain);
    host.runFor(1_000 * MS);
    assertThat(cpuTime(domain)).isEqualTo(paused);
    assertThat(domain.hasSliceUnderWay()).isFalse();
    host.scheduler.resume(domain, host.now);
    host.settle();
    host.runFor(1_000 * MS);
    assertThat(cpuTime(domain) - paused).isCloseTo(1_000 * MS, within(2 * MS));
  }

  @Test
  void aVcpuThatWakesBeforeItsSliceHasPassedRunsBehindIt() {
    VirtualHost host = new VirtualHost(2);
    List<Long> starts = new ArrayList<>();
    SchedDomain domain =
        host.add(
            1,
            budget -> {
              starts.add(host.now);
              return new Answer(3 * MS, false);
            });
    host.wake(domain.vcpu(0));
    host.now = MS;
    host.wake(domain.vcpu(0));
    assertThat(starts).as("it is nowhere twice").containsExactly(0L);
    host.runFor(10 * MS);
    assertThat(starts).containsExactly(0L, 3 * MS);
  }

  @Test
  void aWakeDuringASliceChangesNothing() {
    VirtualHost host = new VirtualHost(1);
    List<Long> budgets = new ArrayList<>();
    SchedDomain domain = host.scheduler.add(1, (vcpu, pcpu, budget) -> budgets.add(budget));
    host.scheduler.resume(domain, 0);
    host.scheduler.wake(domain.vcpu(0), 0);
    host.scheduler.wake(domain.vcpu(0), 1);
    host.scheduler.sliceEnded(domain.vcpu(0), 1000, false, 2000);
    assertThat(budgets).hasSize(1);
    assertThat(domain.vcpu(0).isRunning()).isFalse();
    host.scheduler.wake(domain.vcpu(0), 3000);
    assertThat(budgets).hasSize(2);
  }

  @Test
  void aHostThatStoodStillDoesNotMakeUpForIt() {
    VirtualHost host = new VirtualHost(1);
    SchedDomain domain = host.start(1, BURN);
    host.runFor(100 * MS);
    host.now += 10_000 * MS; // SIGSTOP
    host.runFor(100 * MS);
    assertThat(cpuTime(domain)).isBetween(199 * MS, 240 * MS);
  }

  @Test
  void anAnswerThatClaimsTooMuchIsCut() {
    VirtualHost host = new VirtualHost(1);
    SchedDomain domain = host.start(1, budget -> new Answer(Long.MAX_VALUE, false));
    host.runFor(MINUTE);
    assertThat(cpuTime(domain)).isEqualTo(CreditScheduler.MAX_USED_NS);
  }

  @Test
  void aRemovedDomainLeavesNoTrace() {
    VirtualHost host = new VirtualHost(2);
    SchedDomain gone = host.start(4, BURN);
    SchedDomain stays = host.start(2, BURN);
    host.runFor(500 * MS);
    host.scheduler.remove(gone, host.now);
    host.settle();
    long goneAt = cpuTime(gone);
    long before = cpuTime(stays);
    host.runFor(1_000 * MS);
    assertThat(cpuTime(gone) - goneAt).as("its last slices").isLessThan(25 * MS);
    assertThat(cpuTime(stays) - before).isCloseTo(2_000 * MS, within(25 * MS));
    host.scheduler.remove(stays, host.now);
    host.settle();
    host.runFor(1_000 * MS);
    assertThat(host.scheduler.nextDeadline()).isEqualTo(CreditScheduler.NEVER);
  }

  @Test
  void manyLoadsOnManyPcpusAllRun() {
    VirtualHost host = new VirtualHost(4, MS);
    List<SchedDomain> domains = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      domains.add(host.start(1, BURN));
    }
    host.runFor(MINUTE);
    domains.forEach(
        domain ->
            assertThat(cpuTime(domain))
                .as("a tenth of a pCPU each")
                .isCloseTo(MINUTE / 10, Percentage.withPercentage(10)));
  }
}
