package io.xengarden.domain.pebble;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SuspendTest {
  private static final int XVDA = 51712;

  @Test
  void aCancelledSuspendChangesNothing() {
    try (Bench bench = new Bench(Bench.Setup.plain().withVcpus(3))) {
      TestDisk disk = new TestDisk(bench, XVDA, 1 << 20);
      disk.attach();
      bench.command("counter &");
      bench.suspend();
      bench.run(5_000_000_000L);
      bench.cancelSuspend();
      bench.run(10_000_000);
      assertThat(bench.command("cat /proc/cpuinfo")).contains("processor\t: 2");
      assertThat(bench.command("diskcheck xvda --records 50"))
          .isEqualTo("50 records verified, 0 lost\n");
      bench.run(2_000_000_000L);
      assertThat(bench.command("dmesg")).contains("suspend cancelled").contains("]: 3\n");
      bench.suspend();
      bench.cancelSuspend();
      assertThat(bench.command("echo again")).isEqualTo("again\n");
    }
  }

  @Test
  void goesOnElsewhereWithPagesAndContextsAlone() {
    try (Bench bench = new Bench(Bench.Setup.plain().withVcpus(2))) {
      bench.command("counter &");
      String bootId = bench.command("cat /proc/sys/kernel/random/boot_id");
      bench.run(2_000_000_000L);
      double uptime = uptime(bench);
      bench.suspend();
      bench.restoreElsewhere();
      bench.run(10_000_000);
      assertThat(bench.command("cat /proc/sys/kernel/random/boot_id")).isEqualTo(bootId);
      assertThat(uptime(bench)).isBetween(uptime, uptime + 1);
      assertThat(bench.command("cat /proc/cpuinfo")).contains("processor\t: 1");
      bench.run(2_000_000_000L);
      String log = bench.command("dmesg");
      assertThat(log).contains("xen:manage: resumed").contains("]: 4\n").doesNotContain("]: 6\n");
    }
  }

  private static double uptime(Bench bench) {
    return Double.parseDouble(bench.command("cat /proc/uptime").split(" ")[0]);
  }

  /** Requests are on the ring, unanswered, when the domain leaves. */
  @Test
  void requestsUnderWayAreIssuedAgain() {
    try (Bench bench = new Bench(Bench.Setup.plain())) {
      TestDisk disk = new TestDisk(bench, XVDA, 1 << 20);
      disk.attach();
      bench.awaitPrompt();
      disk.answer = false;
      bench.type("diskcheck xvda --records 200; echo status $?\r");
      bench.run(100_000_000);
      bench.suspend();
      bench.restoreElsewhere();
      TestDisk same = new TestDisk(bench, XVDA, 1 << 20);
      same.attach();
      bench.runUntil(bench::atPrompt, 10_000_000_000L);
      assertThat(bench.console.toString()).contains("200 records verified, 0 lost\r\nstatus 0\r\n");
      assertThat(bench.command("dmesg")).contains("xvda: connected again").contains("issued again");
    }
  }

  @Test
  void aDiskThatIsGoneAfterTheMoveFailsItsRequests() {
    try (Bench bench = new Bench(Bench.Setup.plain())) {
      TestDisk disk = new TestDisk(bench, XVDA, 1 << 20);
      disk.attach();
      bench.awaitPrompt();
      disk.answer = false;
      bench.type("diskcheck xvda\r");
      bench.run(100_000_000);
      bench.suspend();
      bench.store.remove(disk.frontendPath());
      bench.restoreElsewhere();
      bench.runUntil(bench::atPrompt, 60_000_000_000L);
      assertThat(bench.command("lsdev")).doesNotContain("xvda");
      assertThat(bench.console.toString()).contains("not written: Input/output error");
    }
  }

  @Test
  void movesAgainAndAgainUnderLoad() {
    try (Bench bench = new Bench(Bench.Setup.plain().withVcpus(2))) {
      TestDisk disk = new TestDisk(bench, XVDA, 1 << 20);
      disk.attach();
      bench.command("diskcheck xvda --forever &");
      bench.command("dirty 50 --over 2m &");
      for (int move = 0; move < 5; move++) {
        bench.run(1_300_000_000L);
        bench.suspend();
        byte[] image = disk.image.clone();
        bench.restoreElsewhere();
        disk = new TestDisk(bench, XVDA, 1 << 20);
        System.arraycopy(image, 0, disk.image, 0, image.length);
        disk.attach();
      }
      bench.run(2_000_000_000L);
      assertThat(bench.command("jobs").lines()).hasSize(2);
      assertThat(bench.command("dmesg"))
          .contains("acknowledged")
          .doesNotContain("not written")
          .doesNotContain("exit status");
    }
  }
}
