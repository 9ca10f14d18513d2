package io.xengarden.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xengarden.cli.Typed.Result;
import io.xengarden.cli.cluster.ClusterDirectory;
import io.xengarden.cli.cluster.ClusterPlan;
import io.xengarden.cli.toolstack.ClusterDirectories;
import io.xengarden.cli.toolstack.ClusterDirectories.View;
import io.xengarden.cli.toolstack.Hosts;
import io.xengarden.proto.v1.ClusterDomain;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three hosts and the array as processes, and what becomes of them; typed as a person would. */
class ClusterIT {
  /** The promise: a dead host's domains are listed as lost by then, everywhere. */
  private static final Duration LOST_WITHIN = Duration.ofSeconds(10);

  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final String BOOT_ID = "/proc/sys/kernel/random/boot_id";

  @TempDir Path directory;
  private Typed xen;

  @AfterEach
  void down() {
    xen.run("down");
    xen.close();
  }

  private String succeeds(String... words) {
    Result result = xen.run(words);
    assertThat(result.exitCode()).as("%s: %s", String.join(" ", words), result.err()).isZero();
    return result.out();
  }

  private Result create(String host, String name, String... more) {
    List<String> words =
        new java.util.ArrayList<>(
            List.of("-H", host, "xl", "create", "/dev/null", "name=\"" + name + "\""));
    words.addAll(List.of("memory=64", "kernel=\"builtin:pebble\""));
    words.addAll(List.of(more));
    return xen.run(words.toArray(String[]::new));
  }

  private List<View> views() throws Exception {
    ClusterDirectory files = new ClusterDirectory(directory);
    ClusterPlan plan = files.plan().orElseThrow();
    try (Hosts hosts = new Hosts(files.running(plan), Optional.empty())) {
      return ClusterDirectories.all(hosts.all());
    }
  }

  private void awaitEverywhere(String what, Duration limit, int hosts, Predicate<View> seen) {
    await(what)
        .atMost(limit)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> views().stream().filter(seen).count() == hosts);
  }

  private static boolean has(View view, Predicate<ClusterDomain> domain) {
    return view.domains().getDomainsList().stream().anyMatch(domain);
  }

  private void awaitState(String host, String state) {
    await(host + " is " + state)
        .atMost(PATIENCE)
        .until(
            () -> succeeds("hosts").lines().anyMatch(l -> l.matches(host + " +" + state + " .*")));
  }

  @Test
  void hostsAndTheArrayComeAndGoAndNobodysGuestSuffersForAnother() {
    xen = Typed.onNothing(directory);
    succeeds("up", "--hosts", "3");
    assertThat(succeeds("hosts").lines().skip(1))
        .allMatch(line -> line.matches("host[123] +Up .*"))
        .hasSize(3);
    for (String host : List.of("host1", "host2", "host3")) {
      assertThat(create(host, "on-" + host).exitCode()).isZero();
    }
    String bootId = succeeds("run", "on-host3", "--", "cat", BOOT_ID);

    aKilledHostsDomainIsLostUntilTheHostIsBack();
    withoutTheArrayGuestsRunOnAndNothingIsCreated();
    aStoppedHostIsUnreachableAndItsGuestLives(bootId);
  }

  private void aKilledHostsDomainIsLostUntilTheHostIsBack() {
    succeeds("host", "kill", "host2");
    awaitEverywhere(
        "the domain is lost in every directory",
        LOST_WITHIN,
        2,
        view -> has(view, d -> d.getName().equals("on-host2") && d.getLost()));
    assertThat(succeeds("list").lines().filter(line -> line.startsWith("on-host2")))
        .singleElement()
        .asString()
        .containsPattern("host2 +lost ");
    assertThat(xen.run("run", "on-host2", "--", "true").err())
        .isEqualTo("xengarden: domain on-host2 is lost: its owner host2 is not Up\n");
    String uuid = succeeds("list").lines().filter(l -> l.startsWith("on-host2")).findFirst().get();
    uuid = uuid.substring(uuid.lastIndexOf(' ') + 1);
    assertThat(create("host1", "on-host2", "uuid=\"" + uuid + "\"").err())
        .contains("is lost: its owner host2 is not Up; 'xengarden forget " + uuid + "'");
    awaitState("host2", "Down");

    succeeds("host", "start", "host2");
    awaitEverywhere(
        "host2 is Up everywhere and owns nothing",
        PATIENCE,
        3,
        view ->
            view.areUp(List.of("host1", "host2", "host3"))
                && !has(view, d -> d.getName().equals("on-host2")));
    assertThat(create("host1", "again", "uuid=\"" + uuid + "\"").exitCode()).isZero();
  }

  private void withoutTheArrayGuestsRunOnAndNothingIsCreated() {
    succeeds("host", "kill", "array");
    assertThat(succeeds("run", "on-host1", "--", "uname")).isEqualTo("Pebble\n");
    Result refused = create("host1", "more");
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.err())
        .endsWith(
            "libxl: error: the array is not reachable, so the domain cannot be claimed:"
                + " it does not answer\n");
    assertThat(succeeds("xl", "list")).doesNotContain("more");
    succeeds("xl", "destroy", "again");

    succeeds("host", "start", "array");
    assertThat(create("host1", "more").exitCode()).isZero();
    awaitEverywhere(
        "what was destroyed meanwhile is released",
        PATIENCE,
        3,
        view -> view.domains().getRegisterReachable() && !has(view, ClusterIT::isAgain));
  }

  private static boolean isAgain(ClusterDomain domain) {
    return domain.getName().equals("again");
  }

  private void aStoppedHostIsUnreachableAndItsGuestLives(String bootId) {
    succeeds("host", "stop", "host3");
    awaitState("host3", "Unreachable");
    assertThat(succeeds("list").lines().filter(line -> line.startsWith("on-host3")))
        .singleElement()
        .asString()
        .containsPattern("host3 +lost ");
    succeeds("host", "cont", "host3");
    awaitEverywhere(
        "host3 is Up again", PATIENCE, 3, view -> view.areUp(List.of("host1", "host2", "host3")));
    assertThat(succeeds("run", "on-host3", "--", "cat", BOOT_ID)).isEqualTo(bootId);
  }

  @Test
  void aClusterInOneProcessIsAClusterToo() throws Exception {
    xen = Typed.onNothing(directory);
    succeeds("up", "--hosts", "2", "--in-process");
    assertThat(views()).hasSize(2).allMatch(view -> view.areUp(List.of("host1", "host2")));
    assertThat(create("host2", "web").exitCode()).isZero();
    assertThat(succeeds("list")).containsPattern("web +host2 +running");
    assertThat(xen.run("host", "kill", "host2").err())
        .isEqualTo(
            "xengarden: hosts of an --in-process cluster share one process:"
                + " host2 cannot be killed alone\n");
  }
}
