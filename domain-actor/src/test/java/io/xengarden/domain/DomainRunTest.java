package io.xengarden.domain;

import static io.xengarden.domain.GuestPrograms.COUNT;
import static io.xengarden.domain.GuestPrograms.LATEST;
import static io.xengarden.domain.GuestPrograms.LIMIT;
import static io.xengarden.domain.GuestPrograms.TICKS;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.SimHost.Running;
import io.xengarden.hypervisor.HypervisorCommand.DomainStatus;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.Simulation;
import io.xengarden.sim.SimulationRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Guests that run: their CPU time, their timers, their faults; in virtual time. */
class DomainRunTest {
  @ParameterizedTest
  @EnumSource
  void timersRingInTimeAndAnIdleGuestUsesNoCpu(GuestMode mode) {
    try (Simulation sim = new Simulation(1);
        SimHost host = new SimHost(sim, 1)) {
      Running domain = host.run(new StepKernel("timer", GuestPrograms::timer), 1, mode);

      assertThat(host.awaitShutdown(domain.domid(), LIMIT)).isEqualTo(ShutdownReason.POWEROFF);

      assertThat(domain.xen().memory().getLong(COUNT)).isEqualTo(TICKS);
      assertThat(domain.xen().memory().getLong(LATEST)).isLessThan(100_000);
      assertThat(sim.elapsed()).isBetween(Duration.ofMillis(60), Duration.ofMillis(70));
      DomainStatus status = host.status(domain.domid()).orElseThrow();
      assertThat(status.cpuTimeNs()).isLessThan(100_000);
    }
  }

  @Test
  void aGuestThatSpinsUsesItsCpuAndNoMore() {
    try (Simulation sim = new Simulation(7);
        SimHost host = new SimHost(sim, 1)) {
      Running spins =
          host.run(new StepKernel("spin", (context, cpu) -> cpu.use(1_000)), 1, GuestMode.NORMAL);
      Running returns =
          host.run(
              new StepKernel("yield", (context, cpu) -> Calls.call(cpu, context, 29, 0)),
              1,
              GuestMode.NORMAL);
      sim.run(Duration.ofMillis(200));

      long spun = host.status(spins.domid()).orElseThrow().cpuTimeNs();
      long yielded = host.status(returns.domid()).orElseThrow().cpuTimeNs();
      assertThat(spun).isGreaterThan(60_000_000L);
      assertThat(spun + yielded).isBetween(195_000_000L, 205_000_000L);
    }
  }

  @Test
  void whatAGuestThrowsIsItsOwnCrash() {
    List<StepKernel.Step> faults =
        List.of(
            (context, cpu) -> cpu.memory().getLong(1L << 40),
            (context, cpu) -> {
              throw new IllegalStateException("bug");
            },
            (context, cpu) -> endless(context, cpu),
            (context, cpu) -> cpu.use(-1),
            (context, cpu) -> {
              throw new AssertionError("broken");
            },
            (context, cpu) -> cpu.crash("triple fault"));
    try (Simulation sim = new Simulation(6);
        SimHost host = new SimHost(sim, 1)) {
      Running witness =
          host.run(new StepKernel("timer", GuestPrograms::timer), 1, GuestMode.NORMAL);
      for (StepKernel.Step fault : faults) {
        Running domain = host.run(new StepKernel("faulty", fault), 1, GuestMode.NORMAL);
        assertThat(host.awaitShutdown(domain.domid(), LIMIT)).isEqualTo(ShutdownReason.CRASH);
        assertThat(host.console())
            .contains("(XEN) Domain " + domain.domid() + " (vcpu#0) crashed: ");
        host.destroy(domain.domid());
      }
      assertThat(host.console()).contains("crashed: triple fault");
      assertThat(host.awaitShutdown(witness.domid(), LIMIT))
          .as("another domain lives on")
          .isEqualTo(ShutdownReason.POWEROFF);
    }
  }

  private static void endless(VcpuContext context, GuestCpu cpu) {
    endless(context, cpu);
    cpu.use(1);
  }

  @Test
  void destroyingARunningDomainLeavesNothingBehind() {
    SimulationRunner.over(Seeds.first(20))
        .run(
            sim -> {
              try (SimHost host = new SimHost(sim, 2)) {
                List<Running> domains = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                  StepKernel.Step step =
                      i % 2 == 0 ? GuestPrograms::pingPong : GuestPrograms::timer;
                  domains.add(host.run(new StepKernel("k", step), 2, GuestMode.NORMAL));
                }
                sim.run(Duration.ofNanos(sim.random().nextLong(5_000_000)));
                for (Running domain : domains) {
                  host.destroy(domain.domid());
                }
                sim.run(Duration.ofSeconds(1));
                assertThat(host.status(Domid.of(1))).isEmpty();
              }
            });
  }
}
