package io.xengarden.domain.pebble;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.ShutdownReason;
import io.xengarden.domain.GuestMode;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.SimulationRunner;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pebble under the real actors, in virtual time, with and without amnesia. */
class PebbleSimulationTest {
  @ParameterizedTest
  @EnumSource
  void bootsWorksAndPowersOff(GuestMode mode) {
    SimulationRunner.over(Seeds.first(5))
        .run(
            sim -> {
              int vcpus = 1 + (int) (sim.seed() % 3);
              try (SimulatedHost host = new SimulatedHost(sim, 2)) {
                host.boot(vcpus, "run=counter", mode);
                assertThat(host.command("uname -a")).isEqualTo("Pebble web 0.1.0 #1 SMP x86_64\n");
                assertThat(host.command("cat /sys/hypervisor/type")).isEqualTo("xen\n");
                assertThat(host.command("cat /proc/cpuinfo").split("processor")).hasSize(vcpus + 1);
                assertThat(host.command("sleep 2; echo $?")).isEqualTo("0\n");
                assertThat(host.command("burn 0.2; fill 1m"))
                    .isEqualTo("filled 256 pages (1 MiB)\n");
                assertThat(host.command("dmesg")).contains("counter[");
                sim.record(host.console.toString());
                host.write("control/shutdown", "poweroff");
                host.run(Duration.ofSeconds(1));
                assertThat(host.shutdownReason()).contains(ShutdownReason.POWEROFF);
              }
            });
  }

  @ParameterizedTest
  @EnumSource
  void burningUsesTheTimeOfEveryVcpu(GuestMode mode) {
    SimulationRunner.over(Seeds.first(2))
        .run(
            sim -> {
              try (SimulatedHost host = new SimulatedHost(sim, 4)) {
                host.boot(3, "run=burn run=burn run=burn", mode);
                host.awaitPrompt(Duration.ofSeconds(30));
                long before = host.status().orElseThrow().cpuTimeNs();
                host.run(Duration.ofSeconds(2));
                long used = host.status().orElseThrow().cpuTimeNs() - before;
                assertThat(used / 1e9).as("CPU seconds in two").isBetween(5.8, 6.1);
                assertThat(host.command("echo usable")).isEqualTo("usable\n");
              }
            });
  }
}
