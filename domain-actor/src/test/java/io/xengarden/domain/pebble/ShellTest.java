package io.xengarden.domain.pebble;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShellTest {
  private final Bench bench = new Bench(Bench.Setup.plain().withCmdline("root=/dev/xvda ro"));

  @AfterEach
  void close() {
    bench.close();
  }

  private void says(String command, String expected) {
    assertThat(bench.command(command)).as(command).isEqualTo(expected);
  }

  @Test
  void everyCommandHasAUsageLine() {
    List<String> commands = bench.command("help").lines().map(line -> line.split(" ")[0]).toList();
    assertThat(commands)
        .contains("help", "echo", "uname", "uptime", "free", "cat", "ls", "dmesg", "lsdev")
        .contains("counter", "dd", "sha256", "diskcheck", "fill", "dirty", "burn", "poweroff")
        .contains("reboot", "crash", "halt", "sleep", "true", "false", "kill", "jobs", "diskbench");
    for (String command : commands) {
      assertThat(bench.command(command + " --help; echo $?"))
          .as(command)
          .startsWith("Usage: " + command)
          .endsWith("\n0\n");
    }
  }

  @Test
  void statusesAreAsInAnyShell() {
    says("true; echo $?", "0\n");
    says("false; echo $?", "1\n");
    says("nothing; echo $?", "nothing: not found\n127\n");
    says("echo 'x; echo $?", "sh: unterminated quote\n");
    says("echo $?", "2\n");
  }

  @Test
  void theProtocolOfRunWorksOnOneLine() {
    says("echo N1:begin; uname -s; false; echo N1:end:$?", "N1:begin\nPebble\nN1:end:1\n");
    says("echo N2:begin; echo -n ab; echo N2:end:$?", "N2:begin\nabN2:end:0\n");
  }

  @Test
  void filesReadAsOnLinux() {
    says("cat /proc/cmdline", "root=/dev/xvda ro\n");
    says("cat /sys/hypervisor/type", "xen\n");
    says("cat /sys/hypervisor/uuid", "00112233-4455-6677-8899-aabbccddeeff\n");
    says("cat /sys/hypervisor/properties/pagesize", "1000\n");
    assertThat(bench.command("cat /sys/hypervisor/version/major")).matches("\\d+\n");
    assertThat(bench.command("cat /sys/hypervisor/properties/capabilities"))
        .startsWith("xen-3.0-x86_64");
    assertThat(bench.command("cat /proc/sys/kernel/random/boot_id"))
        .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\n");
    assertThat(bench.command("cat /proc/uptime")).matches("\\d+\\.\\d\\d \\d+\\.\\d\\d\n");
    assertThat(bench.command("cat /proc/meminfo")).startsWith("MemTotal:          16384 kB\n");
    assertThat(bench.command("cat /proc/interrupts")).contains("xenbus", "hvc_console", "timer0");
    assertThat(bench.command("ls /sys/hypervisor")).isEqualTo("properties\ntype\nuuid\nversion\n");
    says("ls /proc/uptime", "/proc/uptime\n");
    says("cat /dev/null; echo $?", "0\n");
  }

  @Test
  void mistakesAreOneLineAndAStatus() {
    says("cat /nope; echo $?", "cat: /nope: No such file or directory\n1\n");
    says("cat /proc; echo $?", "cat: /proc: Is a directory\n1\n");
    says("ls /nope; echo $?", "ls: cannot access '/nope': No such file or directory\n2\n");
    says("sleep soon; echo $?", "sleep: invalid time interval 'soon'\n1\n");
    says("fill 1g; echo $?", "fill: Cannot allocate memory\n1\n");
    says("fill lots; echo $?", "fill: invalid size 'lots'\n1\n");
    says("dirty fast; echo $?", "dirty: invalid rate 'fast'\n1\n");
    says("kill 4711; echo $?", "kill: (4711) - No such process\n1\n");
    says("kill 1; echo $?", "kill: (1) - Operation not permitted\n1\n");
    says("diskcheck; echo $?", "diskcheck: missing device\n1\n");
    says("diskcheck xvda --slow; echo $?", "diskcheck: unrecognized option '--slow'\n1\n");
    says("diskcheck xvdq; echo $?", "diskcheck: xvdq: No such file or directory\n1\n");
    says("diskbench xvda swim; echo $?", "diskbench: invalid mode 'swim'\n1\n");
    says("dd if=/dev/zero; echo $?", "dd: missing operand of=FILE\n1\n");
    says("uname -x; echo $?", "uname: invalid option '-x'\n1\n");
  }

  @Test
  void fillKeepsItsPages() {
    says("fill 2m", "filled 512 pages (2 MiB)\n");
    assertThat(bench.command("cat /proc/meminfo")).contains("Filled:             2048 kB");
    long distinct = 0;
    for (long gfn = 0; gfn < 4096; gfn++) {
      long word = bench.memory().getLong((gfn << 12) + 2048);
      distinct += word != 0 && word != bench.memory().getLong((gfn << 12) + 2056) ? 1 : 0;
    }
    assertThat(distinct).as("pages that hold something").isGreaterThanOrEqualTo(512);
  }

  @Test
  void dirtyKeepsItsRate() {
    bench.command("dirty 100 --over 8m &");
    var log = bench.domain.xen.memory().startDirtyLog(4096);
    long pages = 0;
    for (int i = 0; i < 100; i++) {
      bench.run(10_000_000);
      for (int word = 0; word < log.wordCount(); word++) {
        pages += Long.bitCount(log.takeWord(word));
      }
    }
    assertThat(pages).as("pages in a second, of 25600").isBetween(25_000L, 27_000L);
  }

  @Test
  void aCommandInTheBackgroundPrintsToTheLog() {
    bench.command("echo hello log &");
    bench.run(1_000_000);
    assertThat(bench.command("dmesg"))
        .containsPattern("] echo\\[\\d+]: hello log\n")
        .containsPattern("] echo\\[\\d+]: exit status 0\n");
  }

  @Test
  void killEndsAJob() {
    String pid = bench.command("burn &").replaceAll("\\D", "");
    assertThat(bench.command("jobs")).isEqualTo("[" + pid + "]  Running    burn &\n");
    says("kill -9 " + pid + "; echo $?", "0\n");
    bench.run(1_000_000);
    says("jobs", "");
  }

  @Test
  void tooManyJobsAreRefused() {
    awaitFull();
    assertThat(bench.command("sleep 1000 &"))
        .isEqualTo("sh: cannot fork: Resource temporarily unavailable\n");
  }

  private void awaitFull() {
    for (int i = 0; i < 62; i++) {
      assertThat(bench.command("sleep 1000 &")).startsWith("[");
    }
  }

  @Test
  void longOutputComesWhole() {
    String word = "x".repeat(1000);
    says("echo " + word, word + "\n");
  }
}
