package io.xengarden.cli.xl;

import static io.xengarden.cli.toolstack.FakeToolstack.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.cli.PretendCluster;
import io.xengarden.cli.Typed;
import io.xengarden.cli.Typed.Result;
import io.xengarden.proto.v1.ClusterDomain;
import io.xengarden.proto.v1.DestroyDomainRequest;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.DomainSelector;
import io.xengarden.proto.v1.PauseDomainRequest;
import io.xengarden.proto.v1.ShutdownDomainRequest;
import io.xengarden.proto.v1.ShutdownDomainRequest.Kind;
import io.xengarden.proto.v1.ShutdownDomainRequest.Wait;
import io.xengarden.proto.v1.ShutdownProgress;
import io.xengarden.proto.v1.ShutdownProgress.Stage;
import io.xengarden.proto.v1.ShutdownReason;
import io.xengarden.proto.v1.ToolstackError.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** xl's rules for arguments, errors and exit codes (ref xen.md §1.1). */
class XlRulesTest {
  @TempDir Path directory;
  private Typed xen;

  @BeforeEach
  void aHostWithAGuest() throws IOException {
    xen = Typed.on(directory, 1);
    xen.host().domains.add(DomainInfo.newBuilder().setName("Domain-0").build());
    xen.host().domains.add(DomainInfo.newBuilder().setDomid(3).setName("web").build());
  }

  @AfterEach
  void close() {
    xen.close();
  }

  private static DomainSelector domain(int domid) {
    return DomainSelector.newBuilder().setDomid(domid).build();
  }

  @Test
  void anUnambiguousPrefixIsEnoughAndAnExactNameWins() {
    assertThat(xen.run("xl", "pau", "web").exitCode()).isZero();
    assertThat(xen.run("xl", "domi", "web").out()).isEqualTo("3\n");
    // "list" is a prefix of nothing else, "pci" of several, "sched-credit" of itself and another.
    assertThat(xen.run("xl", "pci").err()).isEqualTo("command not implemented\n");
    assertThat(xen.run("xl", "sched-credit").err())
        .isEqualTo("xl sched-credit: not in this build yet\n");
  }

  @Test
  void anUnknownCommandIsNotImplemented() {
    assertThat(xen.run("xl", "frobnicate"))
        .isEqualTo(new Result(1, "", "command not implemented\n"));
  }

  @Test
  void noCommandShowsTheFullHelpAndFails() {
    Result result = xen.run("xl");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out())
        .startsWith(
            """
            Usage xl [-vfNtT] <subcommand> [args]

            xl full list of subcommands:

             create              Create a domain from config file <filename>
            """);
  }

  @Test
  void globalOptionsAreAcceptedAndUnknownOnesAreNot() {
    assertThat(xen.run("xl", "-vvv", "-f", "domid", "web").out()).isEqualTo("3\n");
    assertThat(xen.run("xl", "-z", "list")).isEqualTo(new Result(1, "", "unknown global option\n"));
  }

  @Test
  void helpOfACommandExitsWithZero() {
    Result result = xen.run("xl", "pause", "-h");
    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .isEqualTo("Usage: xl [-vf] pause <Domain>\n\nPause execution of a domain.\n");
    assertThat(xen.run("xl", "help", "pause").out()).isEqualTo(result.out());
    assertThat(xen.run("xl", "help", "nope").out()).isEqualTo("command \"nope\" not implemented\n");
  }

  @Test
  void tooFewArgumentsShowTheHelpAndExitWithTwo() {
    Result result = xen.run("xl", "pause");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).isEqualTo("'xl pause' requires at least 1 argument.\n");
    assertThat(result.out()).startsWith("Usage: xl [-vf] pause <Domain>\n");
  }

  @Test
  void aBadOptionExitsWithTwo() {
    assertThat(xen.run("xl", "list", "-q"))
        .isEqualTo(new Result(2, "", "option `q' not supported.\n"));
    assertThat(xen.run("xl", "list", "--nope"))
        .isEqualTo(new Result(2, "", "option `nope' not supported.\n"));
  }

  @Test
  void optionsMayFollowTheDomain() {
    assertThat(xen.run("xl", "list", "web", "-v").exitCode()).isZero();
  }

  @Test
  void commandsOfLaterAndOfNeverSayWhich() {
    assertThat(xen.run("xl", "sched-credit2", "-d", "web"))
        .isEqualTo(new Result(1, "", "xl sched-credit2: not in this build yet\n"));
    assertThat(xen.run("xl", "cd-eject", "web", "hdc").err())
        .startsWith("xl cd-eject: out of scope: ");
  }

  @Test
  void aDomainIsANameOrANumber() {
    xen.run("xl", "pause", "web");
    xen.run("xl", "pause", "3");
    PauseDomainRequest request = PauseDomainRequest.newBuilder().setDomain(domain(3)).build();
    assertThat(xen.host().requests).containsExactly(request, request);
  }

  @Test
  void aNumberIsNotCheckedBeforeTheOperationFails() {
    assertThat(xen.run("xl", "pause", "nope"))
        .isEqualTo(new Result(1, "", "nope is an invalid domain identifier (rc=-6)\n"));
    assertThat(xen.run("xl", "pause", "99"))
        .isEqualTo(new Result(1, "", "libxl: error: no such domain\n"));
    assertThat(xen.run("xl", "destroy", "99"))
        .isEqualTo(new Result(1, "", "destroy failed (rc=-21): no such domain\n"));
  }

  @Test
  void dom0IsNotDestroyedWithoutForce() {
    Result refused = xen.run("xl", "destroy", "0");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).startsWith("Not destroying domain 0; use -f to force.\n");
    assertThat(xen.host().requests).isEmpty();
    xen.host().refusal = error(Reason.REASON_PRIVILEGED_DOMAIN, 3, "domain 0 is the host's own");
    assertThat(xen.run("xl", "destroy", "-f", "0"))
        .isEqualTo(new Result(1, "", "destroy failed (rc=-3): domain 0 is the host's own\n"));
    assertThat(xen.host().requests)
        .containsExactly(DestroyDomainRequest.newBuilder().setDomain(domain(0)).build());
  }

  @Test
  void shutdownAsksAndReturnsAtTheAcknowledgement() {
    assertThat(xen.run("xl", "shutdown", "web"))
        .isEqualTo(new Result(0, "", "Shutting down domain 3\n"));
    assertThat(xen.host().requests)
        .containsExactly(shutdown(Kind.KIND_POWEROFF, Wait.WAIT_UNSPECIFIED));
  }

  private static ShutdownDomainRequest shutdown(Kind kind, Wait wait) {
    return ShutdownDomainRequest.newBuilder()
        .setDomain(domain(3))
        .setKind(kind)
        .setWait(wait)
        .build();
  }

  private static ShutdownProgress step(Stage stage) {
    return ShutdownProgress.newBuilder().setDomid(3).setStage(stage).build();
  }

  @Test
  void waitingFollowsTheDomainToItsShutdown() {
    xen.host().shutdownSteps.add(step(Stage.STAGE_REQUESTED));
    xen.host()
        .shutdownSteps
        .add(
            step(Stage.STAGE_SHUT_DOWN).toBuilder()
                .setReason(ShutdownReason.SHUTDOWN_REASON_CRASH)
                .build());
    assertThat(xen.run("xl", "reboot", "-w", "web"))
        .isEqualTo(
            new Result(
                0,
                "",
                """
                Rebooting domain 3
                Waiting for 1 domains
                Domain 3 has been shut down, reason code 3
                """));
    assertThat(xen.host().requests).containsExactly(shutdown(Kind.KIND_REBOOT, Wait.WAIT_SHUTDOWN));
  }

  @Test
  void waitingTwiceFollowsItToItsDestruction() {
    xen.host().shutdownSteps.add(step(Stage.STAGE_DESTROYED));
    assertThat(xen.run("xl", "shutdown", "-ww", "web").err())
        .endsWith("Domain 3 has been destroyed\n");
    assertThat(xen.host().requests)
        .containsExactly(shutdown(Kind.KIND_POWEROFF, Wait.WAIT_DESTROYED));
  }

  @Test
  void allMeansAllButDom0() {
    assertThat(xen.run("xl", "shutdown", "-a").err()).isEqualTo("Shutting down domain 3\n");
    assertThat(xen.run("xl", "shutdown"))
        .isEqualTo(new Result(1, "", "You must specify -a or a domain id.\n"));
  }

  @Test
  void aGuestThatDoesNotAcknowledgeFailsTheShutdown() {
    xen.host().refusal =
        error(Reason.REASON_NOT_ACKNOWLEDGED, 9, "guest didn't acknowledge control request");
    Result result = xen.run("xl", "shutdown", "web");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .endsWith("shutdown failed (rc=-9): guest didn't acknowledge control request\n");
  }

  @Test
  void withoutAClusterThereIsNoContext() {
    try (Typed nothing = Typed.onNothing(directory.resolve("empty"))) {
      Result result = nothing.run("xl", "list");
      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.out()).isEmpty();
      assertThat(result.err())
          .isEqualTo(
              "cannot init xl context: no cluster is up in "
                  + directory.resolve("empty")
                  + " (start one: xengarden up)\n");
    }
  }

  @Test
  void aDaemonThatIsGoneIsOneClearLine() throws IOException {
    xen.host().close();
    Result result = xen.run("xl", "list");
    assertThat(result)
        .isEqualTo(
            new Result(
                1,
                "",
                "cannot init xl context: host1 does not answer: its toolstack is not running\n"));
    PretendCluster.end(directory, "host1");
    assertThat(xen.run("xl", "list").err())
        .isEqualTo("cannot init xl context: host1 is not running\n");
  }

  @Test
  void aNameIsFoundOnTheHostThatHasIt() throws IOException {
    try (Typed two = Typed.on(directory, 2)) {
      two.hosts.getLast().domains.add(DomainInfo.newBuilder().setDomid(4).setName("db").build());
      assertThat(two.run("xl", "domid", "db").out()).isEqualTo("4\n");
      assertThat(two.run("xl", "pause", "db").exitCode()).isZero();
      assertThat(two.hosts.getLast().requests).hasSize(1);
      assertThat(two.run("-H", "host1", "xl", "pause", "db").err())
          .isEqualTo("db is an invalid domain identifier (rc=-6)\n");
      assertThat(two.run("-H", "host3", "xl", "list").err())
          .isEqualTo("cannot init xl context: no host named host3\n");
    }
  }

  @Test
  void aDirectorySaysWhereANameIsAndOnlyThatHostIsAsked() throws IOException {
    try (Typed two = Typed.on(directory, 2)) {
      DomainInfo db = DomainInfo.newBuilder().setDomid(4).setName("db").build();
      two.hosts.forEach(host -> host.domains.add(db));
      two.hosts.forEach(
          host ->
              host.clusterDomains.addAll(
                  List.of(
                      owned("db", "host1").setLost(true).build(), owned("db", "host2").build())));
      assertThat(two.run("xl", "pause", "db").exitCode()).isZero();
      assertThat(two.hosts.getFirst().requests).as("it has only a lost one").isEmpty();
      assertThat(two.hosts.getLast().requests).hasSize(1);
    }
  }

  @Test
  void aLostDomainIsSaidToBeLost() throws IOException {
    try (Typed two = Typed.on(directory, 2)) {
      two.hosts.forEach(
          host -> host.clusterDomains.add(owned("db", "host2").setLost(true).build()));
      assertThat(two.run("xl", "pause", "db"))
          .isEqualTo(
              new Result(1, "", "libxl: error: domain db is lost: its owner host2 is not Up\n"));
    }
  }

  private static ClusterDomain.Builder owned(String name, String host) {
    return ClusterDomain.newBuilder().setName(name).setHost(host);
  }

  @Test
  void withoutHost1TheFirstHostThatRunsIsMeant() throws IOException {
    try (Typed two = Typed.on(directory, 2)) {
      PretendCluster.end(directory, "host1");
      assertThat(two.run("xl", "list").exitCode()).isZero();
      assertThat(two.hosts.getLast().requests).hasSize(1);
      assertThat(two.run("-H", "host1", "xl", "list").err())
          .isEqualTo("cannot init xl context: host1 is not running\n");
    }
  }

  @Test
  void aDeadHostDoesNotHideADomainOfAnother() throws IOException {
    try (Typed two = Typed.on(directory, 2)) {
      two.hosts.getLast().domains.add(DomainInfo.newBuilder().setDomid(4).setName("db").build());
      two.hosts.getFirst().close();
      assertThat(two.run("xl", "domid", "db").out()).isEqualTo("4\n");
      assertThat(two.run("xl", "pause", "other").err())
          .as("it cannot be said that no host has it")
          .isEqualTo(
              "cannot init xl context: host1 does not answer: its toolstack is not running\n");
    }
  }
}
