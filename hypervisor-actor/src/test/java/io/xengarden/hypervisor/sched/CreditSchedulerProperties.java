package io.xengarden.hypervisor.sched;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever happens in whatever order: what no scheduler may do. */
class CreditSchedulerProperties {
  private static final long MS = 1_000_000;
  private static final int PCPUS = 3;

  @Property(tries = 1000)
  void noPcpuIsUsedTwiceAndNoneIdlesWhileAVcpuWaits(
      @ForAll @Size(max = 150) List<@IntRange(max = 12 * 64 - 1) Integer> steps) {
    World world = new World();
    for (int step : steps) {
      world.apply(step % 12, step / 12);
      world.check();
    }
  }

  private static final class World {
    final CreditScheduler scheduler = new CreditScheduler(PCPUS);
    final List<SchedDomain> domains = new ArrayList<>();
    final List<SchedDomain> removed = new ArrayList<>();

    /** Slices sent and not answered. */
    final Map<SchedVcpu, Integer> underWay = new LinkedHashMap<>();

    long now;

    World() {
      add(1);
    }

    void add(int vcpus) {
      domains.add(scheduler.add(vcpus, this::dispatched));
    }

    private void dispatched(SchedVcpu vcpu, int pcpu, long budget) {
      assertThat(underWay).as("one slice at a time").doesNotContainKey(vcpu);
      assertThat(underWay.values()).as("one slice on a pCPU").doesNotContain(pcpu);
      assertThat(vcpu.isRunnable()).as("wants to run and may").isTrue();
      assertThat(removed).doesNotContain(vcpu.domain);
      assertThat(budget).isBetween(1L, CreditScheduler.SLICE_NS);
      underWay.put(vcpu, pcpu);
    }

    void apply(int kind, int choice) {
      if (domains.isEmpty()) {
        add(1);
      }
      SchedDomain domain = domains.get(choice % domains.size());
      SchedVcpu vcpu = domain.vcpu(choice % domain.vcpus().size());
      switch (kind) {
        case 0 -> add(1 + choice % 3);
        case 1, 2 -> scheduler.wake(vcpu, now);
        case 3 -> scheduler.resume(domain, now);
        case 4 -> {
          if (choice % 4 == 0) {
            scheduler.suspend(domain);
          }
        }
        case 5 -> scheduler.sleep(vcpu);
        case 6 -> scheduler.setParameters(domain, 1 + choice * 16, choice % 3 * 40);
        case 7 -> remove(domain, choice);
        case 8 -> now += choice * 700_000L;
        case 9 -> {
          now = Math.max(now, Math.min(scheduler.nextDeadline(), now + 50 * MS));
          scheduler.advance(now);
        }
        default -> answer(choice);
      }
    }

    private void remove(SchedDomain domain, int choice) {
      if (choice % 8 == 0) {
        domains.remove(domain);
        removed.add(domain);
        domain.vcpus().forEach(underWay::remove);
        scheduler.remove(domain, now);
      }
    }

    private void answer(int choice) {
      if (!underWay.isEmpty()) {
        List<SchedVcpu> vcpus = List.copyOf(underWay.keySet());
        SchedVcpu vcpu = vcpus.get(choice % vcpus.size());
        underWay.remove(vcpu);
        scheduler.sliceEnded(vcpu, 1 + choice * 300_000L, choice % 3 != 0, now);
      }
    }

    void check() {
      int running = 0;
      boolean someoneWaits = false;
      long used = 0;
      for (SchedDomain domain : domains) {
        for (SchedVcpu vcpu : domain.vcpus()) {
          running += vcpu.isRunning() ? 1 : 0;
          someoneWaits |= vcpu.isRunnable() && !vcpu.isRunning();
          assertThat(vcpu.isSliceUnderWay()).isEqualTo(underWay.containsKey(vcpu));
          assertThat(vcpu.queued).isEqualTo(vcpu.isRunnable() && !vcpu.isRunning());
          used += vcpu.cpuTimeNs();
        }
      }
      if (someoneWaits) {
        assertThat(running + runningRemoved())
            .as("pCPUs in use while a vCPU waits")
            .isEqualTo(PCPUS);
      }
      assertThat(used)
          .as("no more CPU than the clock and a little")
          .isLessThanOrEqualTo(PCPUS * (now + CreditScheduler.RUN_AHEAD_NS));
    }

    private int runningRemoved() {
      int running = 0;
      for (SchedDomain domain : removed) {
        for (SchedVcpu vcpu : domain.vcpus()) {
          running += vcpu.isRunning() ? 1 : 0;
        }
      }
      return running;
    }
  }
}
