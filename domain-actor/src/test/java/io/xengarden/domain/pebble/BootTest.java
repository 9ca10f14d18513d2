package io.xengarden.domain.pebble;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.ShutdownReason;
import io.xengarden.domain.pebble.image.KernelState;
import io.xengarden.domain.pebble.image.Layout;
import java.util.List;
import org.junit.jupiter.api.Test;

class BootTest {
  @Test
  void bootsToThePrompt() {
    try (Bench bench = new Bench(Bench.Setup.plain())) {
      bench.awaitPrompt();
      assertThat(bench.console.toString())
          .contains("Booting paravirtualized kernel on Xen\r\n")
          .contains("console [hvc0] enabled\r\n")
          .endsWith("\r\npebble# ");
    }
  }

  @Test
  void bootsInSlicesOfOneStep() {
    try (Bench bench = new Bench(Bench.Setup.plain().withVcpus(2).withSlices(Bench.ONE_STEP_NS))) {
      assertThat(bench.command("echo $?; uname -a"))
          .isEqualTo("0\nPebble web 0.1.0 #1 SMP x86_64\n");
    }
  }

  @Test
  void anIdleGuestTouchesThreeKernelPagesAndDoesNothing() {
    try (Bench bench = new Bench(Bench.Setup.plain())) {
      bench.awaitPrompt();
      assertThat(bench.touchedKernelPages()).as("pages of the image in use").isLessThanOrEqualTo(3);
      bench.run(11_000_000_000L); // the last timer of the boot is over
      int told = bench.domain.told.size();
      bench.run(3600_000_000_000L);
      assertThat(bench.domain.told).as("nothing woke it for an hour").hasSize(told);
    }
  }

  @Test
  void bringsUpTheVcpusThatAreAvailable() {
    try (Bench bench = new Bench(Bench.Setup.plain().withVcpus(4))) {
      assertThat(bench.command("cat /proc/cpuinfo").lines().filter(l -> l.startsWith("processor")))
          .containsExactly("processor\t: 0", "processor\t: 1", "processor\t: 2", "processor\t: 3");
    }
  }

  @Test
  void vcpusGoDownAndUpAsTheToolstackSays() {
    try (Bench bench = new Bench(Bench.Setup.plain().withVcpus(3))) {
      bench.awaitPrompt();
      bench.command("burn &");
      bench.command("burn &");
      bench.command("burn &");
      bench.store.write(Bench.HOME + "/cpu/1/availability", "offline");
      bench.store.write(Bench.HOME + "/cpu/2/availability", "offline");
      bench.run(100_000_000);
      assertThat(bench.domain.vcpu(1).isUp()).isFalse();
      assertThat(bench.domain.vcpu(2).isUp()).isFalse();
      assertThat(bench.domain.vcpu(0).isUp()).isTrue();
      bench.store.write(Bench.HOME + "/cpu/2/availability", "online");
      bench.run(100_000_000);
      assertThat(bench.domain.vcpu(2).isUp()).isTrue();
      assertThat(bench.command("jobs").lines()).hasSize(3);
    }
  }

  @Test
  void aTimerSurvivesTheVcpuItWasSetOn() {
    try (Bench bench = new Bench(Bench.Setup.plain().withVcpus(2))) {
      bench.awaitPrompt();
      for (int i = 0; i < 6; i++) {
        bench.command("sleep 2 &");
      }
      bench.store.write(Bench.HOME + "/cpu/1/availability", "offline");
      bench.run(5_000_000_000L);
      assertThat(bench.command("jobs")).isEmpty();
    }
  }

  @Test
  void doesWhatControlShutdownAsksFor() {
    for (String command : List.of("poweroff", "reboot", "halt")) {
      try (Bench bench = new Bench(Bench.Setup.plain())) {
        bench.awaitPrompt();
        assertThat(bench.store.read(Bench.HOME + "/control/feature-" + "poweroff")).hasValue("1");
        bench.store.write(Bench.HOME + "/control/shutdown", command);
        bench.run(1_000_000_000);
        assertThat(bench.shutdownReason())
            .isEqualTo(command.equals("reboot") ? ShutdownReason.REBOOT : ShutdownReason.POWEROFF);
        assertThat(bench.store.read(Bench.HOME + "/control/shutdown")).hasValue("");
      }
    }
  }

  @Test
  void anUnknownControlCommandIsLeftAlone() {
    try (Bench bench = new Bench(Bench.Setup.plain())) {
      bench.awaitPrompt();
      bench.store.write(Bench.HOME + "/control/shutdown", "dance");
      bench.run(1_000_000);
      assertThat(bench.command("dmesg")).contains("Ignoring shutdown request: dance");
      assertThat(bench.store.read(Bench.HOME + "/control/shutdown")).hasValue("dance");
      bench.run(1_000_000);
    }
  }

  @Test
  void workloadsOfTheCommandLineRunInTheBackground() {
    String cmdline = "run='sleep 100' quiet run='counter' run=nonsense";
    try (Bench bench = new Bench(Bench.Setup.plain().withCmdline(cmdline))) {
      bench.awaitPrompt();
      bench.run(2_500_000_000L);
      assertThat(bench.command("jobs")).contains("sleep 100 &").contains("counter &");
      assertThat(bench.command("dmesg"))
          .contains("counter[4]: 2\n")
          .contains("init: cannot run 'nonsense'");
      assertThat(bench.console.toString()).doesNotContain("\r\n1\r\n");
    }
  }

  @Test
  void anImageOfAnotherFormatIsRefusedByName() {
    try (Bench bench = new Bench(Bench.Setup.plain())) {
      bench.awaitPrompt();
      bench.memory().putInt(Layout.STATE + 8, 7);
      bench.type("x");
      bench.run(1_000_000);
      assertThat(bench.shutdownReason()).isEqualTo(ShutdownReason.CRASH);
      assertThat(bench.xenConsole())
          .singleElement()
          .asString()
          .contains("image has format 7, this kernel runs format " + Layout.FORMAT);
    }
  }

  @Test
  void spoiltPagesCrashTheGuestWithOneLine() {
    try (Bench bench = new Bench(Bench.Setup.plain())) {
      bench.awaitPrompt();
      new KernelState(bench.memory()).consoleRing(0x7fff_ffff_f000L);
      bench.type("x");
      bench.run(1_000_000);
      assertThat(bench.shutdownReason()).isEqualTo(ShutdownReason.CRASH);
      assertThat(bench.xenConsole()).singleElement().asString().contains("Pebble panic in Upcall");
    }
  }

  @Test
  void theCrashCommandCrashes() {
    try (Bench bench = new Bench(Bench.Setup.plain())) {
      bench.awaitPrompt();
      bench.type("crash\r");
      bench.run(1_000_000_000);
      assertThat(bench.shutdownReason()).isEqualTo(ShutdownReason.CRASH);
      assertThat(bench.console.toString()).contains("Kernel panic - not syncing");
    }
  }
}
