package io.xengarden.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real child JVMs; only the daemon inside them is a stand-in. */
class LocalClusterTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final ClusterPlan TWO = new ClusterPlan(2, 4, 1024, false, false);

  @TempDir Path directory;
  private final ByteArrayOutputStream progress = new ByteArrayOutputStream();
  private LocalCluster cluster;

  @BeforeEach
  void aDirectory() {
    cluster = of(FakeDaemon.class);
  }

  private LocalCluster of(Class<?> daemon) {
    return new LocalCluster(
        directory,
        new PrintStream(progress, true),
        new Daemons(daemon.getName(), FakeArray.class.getName(), FakeCluster.class.getName()));
  }

  @AfterEach
  void down() throws ClusterError {
    cluster.down();
  }

  private HostProcess process(String host) {
    return cluster.directory().process(host).orElseThrow();
  }

  private boolean runs(String host) {
    return cluster.directory().process(host).isPresent();
  }

  @Test
  void upReturnsWhenEveryHostHasSaidReady() throws ClusterError, IOException {
    List<HostRecord> records = cluster.up(TWO);
    assertThat(records).extracting(HostRecord::name).containsExactly("host1", "host2");
    assertThat(records.get(0).pid()).isNotEqualTo(records.get(1).pid());
    assertThat(cluster.directory().running(TWO)).isEqualTo(records);
    assertThat(progress.toString())
        .contains("host2: serves, pid " + records.get(1).pid() + ", grpc 127.0.0.1:");
    assertThat(Files.readString(directory.resolve("host2/daemon.log")))
        .contains(
            "--dir "
                + directory
                + " --name host2 --cpus 4 --memory-mib 1024 --grpc-port 7652 --array "
                + cluster.directory().record("array").orElseThrow().grpc()
                + "\n");
  }

  /** Hosts know the array by its address, so it must come back where it was. */
  @Test
  void theArrayIsStartedFirstAndAgainOnItsOwnPort() throws ClusterError, IOException {
    cluster.up(new ClusterPlan(1, 1, 64, false, false));
    Path log = directory.resolve("array/daemon.log");
    assertThat(progress.toString()).startsWith("array: starting");
    assertThat(Files.readString(log)).endsWith("--dir " + directory + " --grpc-port 7650\n");
    String address = cluster.plan().array();
    assertThat(cluster.directory().record("array").orElseThrow().grpc()).isEqualTo(address);
    cluster.kill("array");
    assertThat(runs("host1")).isTrue();
    assertThat(runs("array")).isFalse();
    cluster.start("array");
    assertThat(Files.readString(log))
        .endsWith(" --grpc-port " + address.substring("127.0.0.1:".length()) + " --same-port\n");
  }

  @Test
  void aSecondUpIsRefusedAndChangesNothing() throws ClusterError {
    List<HostRecord> records = cluster.up(TWO);
    assertThatThrownBy(() -> of(FailingDaemon.class).up(TWO))
        .isInstanceOf(ClusterError.class)
        .hasMessage("a cluster is already up in " + directory);
    assertThat(cluster.directory().running(TWO)).isEqualTo(records);
  }

  @Test
  void oneHostThatCannotStartTakesAllDownAndSaysWhy() {
    assertThatThrownBy(() -> of(FailingDaemon.class).up(TWO))
        .isInstanceOf(ClusterError.class)
        .hasMessage("host2 ended before it was ready: the moon is in the wrong phase");
    assertThat(runs("host1")).as("nothing is left behind").isFalse();
    assertThat(cluster.directory().plan()).isEmpty();
  }

  @Test
  void downEndsEveryProcessAndMayBeRepeated() throws ClusterError {
    cluster.up(TWO);
    List<HostProcess> processes = List.of(process("host1"), process("host2"));
    assertThat(cluster.down()).as("and the array").isEqualTo(3);
    assertThat(progress.toString()).endsWith("array: stopping\n");
    assertThat(processes).noneMatch(HostProcess::isAlive);
    assertThat(cluster.directory().plan()).isEmpty();
    assertThat(cluster.down()).isZero();
  }

  @Test
  void aStoppedHostIsEndedToo() throws ClusterError {
    cluster.up(new ClusterPlan(1, 1, 64, false, false));
    cluster.signal("host1", "STOP");
    assertThat(cluster.down()).isEqualTo(2);
    assertThat(runs("host1")).isFalse();
  }

  @Test
  void aKilledHostCanBeStartedAgain() throws ClusterError {
    cluster.up(TWO);
    HostProcess before = process("host1");
    cluster.kill("host1");
    assertThat(before.isAlive()).isFalse();
    assertThat(runs("host2")).isTrue();
    HostRecord again = cluster.start("host1");
    assertThat(again.pid()).isNotEqualTo(before.pid());
    assertThat(process("host1").pid()).isEqualTo(again.pid());
    assertThatThrownBy(() -> cluster.start("host1")).hasMessage("host1 is already running");
  }

  @Test
  void stopAndContReachTheProcess() throws ClusterError {
    cluster.up(new ClusterPlan(1, 1, 64, false, false));
    cluster.signal("host1", "STOP");
    await().atMost(SOON).untilAsserted(() -> assertThat(state()).isEqualTo("T"));
    cluster.signal("host1", "CONT");
    await().atMost(SOON).untilAsserted(() -> assertThat(state()).isNotEqualTo("T"));
  }

  private String state() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process("host1").pid() + "/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  }

  @Test
  void aHostThatIsDownOrUnknownCannotBeSignalled() throws ClusterError {
    assertThatThrownBy(() -> cluster.kill("host1"))
        .hasMessage("no cluster is up in " + directory + " (start one: xengarden up)");
    cluster.up(new ClusterPlan(1, 1, 64, false, false));
    cluster.kill("host1");
    assertThatThrownBy(() -> cluster.signal("host1", "STOP")).hasMessage("host1 is not running");
    assertThatThrownBy(() -> cluster.kill("host9"))
        .hasMessage("no host named host9 (there are host1, array)");
  }

  @Test
  void hostsOfOneProcessCannotBeKilledAlone() throws ClusterError {
    List<HostRecord> records = cluster.up(new ClusterPlan(2, 1, 64, true, false));
    assertThat(records.get(0).pid()).isEqualTo(records.get(1).pid());
    assertThat(records.get(0).grpc()).isNotEqualTo(records.get(1).grpc());
    assertThatThrownBy(() -> cluster.kill("host2"))
        .hasMessageStartingWith("hosts of an --in-process cluster share one process");
    assertThat(runs("host2")).isTrue();
  }

  @Test
  void chaosIsPassedOnOnlyWhenAskedFor() throws ClusterError, IOException {
    cluster.up(new ClusterPlan(1, 1, 64, false, true));
    assertThat(Files.readString(directory.resolve("host1/daemon.log"))).contains("--chaos");
  }

  @Test
  void aPidThatIsAnotherProcessByNowIsNotOurs() {
    long pid = ProcessHandle.current().pid();
    assertThat(HostProcess.of(pid).isAlive()).isTrue();
    assertThat(new HostProcess(pid, "another birth").isAlive()).isFalse();
  }

  @Test
  void twoCommandsDoNotWorkOnAClusterAtOnce() throws Exception {
    try (var _ = cluster.directory().lock()) {
      assertThatThrownBy(() -> cluster.up(TWO))
          .hasMessage("another command is working on the cluster in " + directory);
    }
  }

  @Test
  void unreadableFilesAreNoCluster() throws IOException {
    Files.writeString(directory.resolve("cluster.json"), "{\"hosts\": \"many\"");
    assertThat(cluster.directory().plan()).isEqualTo(Optional.empty());
    Files.createDirectories(directory.resolve("host1"));
    Files.writeString(directory.resolve("host1/host.json"), "[]");
    assertThat(cluster.directory().record("host1")).isEmpty();
  }
}
