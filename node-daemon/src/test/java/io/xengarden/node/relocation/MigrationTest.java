package io.xengarden.node.relocation;

import static io.xengarden.node.simulated.SimulatedHost.config;
import static io.xengarden.node.simulated.SimulatedHost.named;
import static io.xengarden.node.simulated.SimulatedHost.scripted;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.node.relocation.RelocationCommand.Migrate;
import io.xengarden.node.relocation.migration.MigrationOrder;
import io.xengarden.node.relocation.migration.MigrationOrder.Option;
import io.xengarden.node.simulated.AcknowledgedRecords;
import io.xengarden.node.simulated.HostSnapshot;
import io.xengarden.node.simulated.Relocating.Asked;
import io.xengarden.node.simulated.SimulatedCluster;
import io.xengarden.node.simulated.SimulatedHost;
import io.xengarden.node.toolstack.Outcome;
import io.xengarden.node.toolstack.RelocationRequest.AskAbort;
import io.xengarden.node.toolstack.ToolstackCommand.DestroyDomain;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import io.xengarden.node.toolstack.ToolstackCommand.PauseDomain;
import io.xengarden.node.toolstack.ToolstackCommand.Relocate;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.RelocationProgress;
import io.xengarden.proto.v1.RelocationSummary;
import io.xengarden.proto.v1.RoundProgress;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.proto.v1.ToolstackError.Reason;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.SimulationRunner;
import io.xengarden.storage.sim.SimulatedDisk;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A domain from host to host, in simulation. */
class MigrationTest {
  private static final String DISK = "/disks/web";
  private static final String BOOT_ID = "cat /proc/sys/kernel/random/boot_id";

  private static void onCluster(Consumer<SimulatedCluster> story) {
    SimulationRunner.over(Seeds.first(3))
        .run(simulation -> story.accept(SimulatedCluster.start(simulation, 2)));
  }

  /** A guest at host1 that writes and checks its disk. */
  private static SimulatedDisk startWeb(SimulatedCluster cluster) {
    SimulatedDisk disk = cluster.createDisk(DISK, 256 << 10);
    cluster
        .host("host1")
        .create(
            small("web")
                .setUuid(SimulatedCluster.WATCHED.toString())
                .setCmdline("run='diskcheck xvda --forever'")
                .addDisks(DiskConfig.newBuilder().setTarget(DISK).setVdev("xvda"))
                .build());
    cluster.host("host1").awaitPrompt("web");
    return disk;
  }

  private static DomainConfig.Builder small(String name) {
    return config(name).setMemoryKib(16 << 10);
  }

  private static MigrationOrder order(String to, Option... options) {
    return new MigrationOrder(named("web"), to, Set.of(options));
  }

  private static Asked begin(SimulatedCluster cluster, String to, Option... options) {
    return cluster
        .relocating("host1")
        .begin(asked -> new Migrate(order(to, options), asked.address()));
  }

  private static RelocationSummary migrate(
      SimulatedCluster cluster, String from, String to, Option... options) {
    return cluster
        .relocating(from)
        .succeeds(asked -> new Migrate(order(to, options), asked.address()));
  }

  private static ToolstackError refusal(SimulatedCluster cluster, String to, Option... options) {
    return cluster
        .relocating("host1")
        .fails(asked -> new Migrate(order(to, options), asked.address()));
  }

  private static void runsOn(SimulatedCluster cluster, String host) {
    long slices = cluster.watchman().slices();
    assertThat(cluster.host(host).run("web", "echo here").output()).contains("here");
    cluster.simulation().run(Duration.ofSeconds(1));
    assertThat(cluster.watchman().slices()).isGreaterThan(slices);
    assertThat(cluster.watchman().lastHost()).isEqualTo(host);
    assertThat(cluster.watchman().offences()).isEmpty();
  }

  // ---- what succeeds ----

  @Test
  void aGuestMovesThereAndBackWithoutLosingARecord() {
    onCluster(
        cluster -> {
          SimulatedHost host1 = cluster.host("host1");
          SimulatedHost host2 = cluster.host("host2");
          HostSnapshot before1 = host1.snapshot();
          HostSnapshot before2 = host2.snapshot();
          SimulatedDisk disk = startWeb(cluster);
          String bootId = host1.run("web", BOOT_ID).output();
          cluster.simulation().run(Duration.ofSeconds(2));

          RelocationSummary there = migrate(cluster, "host1", "host2", Option.LIVE, Option.DEBUG);
          assertThat(there.getPagesVerified()).isEqualTo(4096);
          assertThat(there.getDomain().getHost()).isEqualTo("host2");
          assertThat(there.getDowntimeUs()).isPositive().isLessThan(1_000_000);
          assertThat(host1.snapshot()).as("nothing is left at the source").isEqualTo(before1);
          assertThat(host2.run("web", BOOT_ID).output()).isEqualTo(bootId);
          cluster.simulation().run(Duration.ofSeconds(2));
          AcknowledgedRecords.verify(disk, AcknowledgedRecords.loggedBy(host2, "web"));

          migrate(cluster, "host2", "host1", Option.LIVE);
          assertThat(host2.snapshot()).as("nothing is left at the target").isEqualTo(before2);
          assertThat(host1.run("web", BOOT_ID).output()).isEqualTo(bootId);
          cluster.simulation().run(Duration.ofSeconds(2));
          AcknowledgedRecords.verify(disk, AcknowledgedRecords.loggedBy(host1, "web"));
          assertThat(cluster.watchman().offences()).isEmpty();
          host1.destroy("web");
          assertThat(cluster.array().ownership(SimulatedCluster.WATCHED)).isEmpty();
        });
  }

  @Test
  void withoutLiveTheGuestStandsStillForAllOfIt() {
    onCluster(
        cluster -> {
          startWeb(cluster);
          RelocationSummary summary = migrate(cluster, "host1", "host2", Option.DEBUG);
          assertThat(summary.getRounds()).isEqualTo(1);
          runsOn(cluster, "host2");
        });
  }

  @Test
  void aGuestMayStayPausedAtTheTarget() {
    onCluster(
        cluster -> {
          startWeb(cluster);
          migrate(cluster, "host1", "host2", Option.LIVE, Option.PAUSED);
          DomainInfo there = cluster.host("host2").domain("web").orElseThrow();
          assertThat(there.getFlags().getPaused()).isTrue();
          assertThat(cluster.watchman().lastHost()).isEqualTo("host1");
        });
  }

  @Test
  void preCopyEndsAtEveryDirtyRate() {
    onCluster(
        cluster -> {
          cluster
              .host("host1")
              .create(
                  config("web")
                      .setUuid(SimulatedCluster.WATCHED.toString())
                      .setCmdline("run='dirty 400 --over 8M'")
                      .build());
          cluster.host("host1").awaitPrompt("web");
          assertThat(cluster.host("host1").run("web", "fill 16M").exitStatus()).isZero();
          Asked asked = begin(cluster, "host2", Option.LIVE, Option.DEBUG);
          cluster.relocating("host1").end(asked);
          assertThat(asked.error()).isEmpty();
          List<RoundProgress> rounds =
              asked.progress().stream()
                  .filter(RelocationProgress::hasRound)
                  .map(RelocationProgress::getRound)
                  .filter(RoundProgress::getFinished)
                  .toList();
          assertThat(rounds).hasSizeBetween(2, 7);
          assertThat(rounds.getFirst().getDirtyPagesPerSecond()).isPositive();
          assertThat(rounds.getLast().getStopAndCopy()).isTrue();
          runsOn(cluster, "host2");
        });
  }

  @Test
  void theClientMayVanish() {
    onCluster(
        cluster -> {
          startWeb(cluster);
          begin(cluster, "host2", Option.LIVE).vanish();
          cluster
              .host("host2")
              .await("it has come", () -> cluster.watchman().lastHost().equals("host2"));
          runsOn(cluster, "host2");
        });
  }

  // ---- what is refused ----

  @Test
  void aHostThatIsNotThereIsNamed() {
    onCluster(
        cluster -> {
          startWeb(cluster);
          assertThat(refusal(cluster, "host9").getMessage())
              .isEqualTo("there is no host host9 in the cluster");
          runsOn(cluster, "host1");
        });
  }

  @Test
  void aHostThatIsDownIsNamed() {
    onCluster(
        cluster -> {
          startWeb(cluster);
          cluster.kill("host2");
          assertThat(refusal(cluster, "host2").getReason())
              .isEqualTo(Reason.REASON_HOST_UNREACHABLE);
          cluster.simulation().run(Duration.ofSeconds(8));
          assertThat(refusal(cluster, "host2").getMessage()).isEqualTo("host host2 is Down");
          runsOn(cluster, "host1");
        });
  }

  @Test
  void aMoveToOneselfIsRefused() {
    onCluster(
        cluster -> {
          startWeb(cluster);
          assertThat(refusal(cluster, "host1").getMessage()).isEqualTo("web is on host1 already");
          runsOn(cluster, "host1");
        });
  }

  @Test
  void withoutTheArrayNothingMoves() {
    onCluster(
        cluster -> {
          startWeb(cluster);
          cluster.array().kill();
          cluster.simulation().run(Duration.ofSeconds(1));
          assertThat(refusal(cluster, "host2").getMessage())
              .isEqualTo("the array is not reachable, so nothing can move");
          runsOn(cluster, "host1");
        });
  }

  @Test
  void whileOneMigrationIsUnderWayASecondIsRefused() {
    onCluster(
        cluster -> {
          startWeb(cluster);
          cluster.holdAt(CrashPoint.SOURCE_ACCEPTED);
          begin(cluster, "host2", Option.LIVE);
          cluster
              .host("host1")
              .await("it waits", () -> cluster.timesReached(CrashPoint.SOURCE_ACCEPTED) > 0);
          assertThat(refusal(cluster, "host2").getMessage())
              .isEqualTo("domain \"web\" is being migrated");
          assertThat(destroyRefusal(cluster.host("host1"), "web").getMessage())
              .isEqualTo("domain \"web\" is being migrated");
          assertThat(destroyRefusal(cluster.host("host2"), "web--incoming").getMessage())
              .isEqualTo("domain \"web--incoming\" is being received");
          runsOn(cluster, "host1");
        });
  }

  private static ToolstackError destroyRefusal(SimulatedHost host, String name) {
    return host.refusal(
        (ActorRef<Outcome<Domid>> replyTo) -> host.tell(new DestroyDomain(named(name), replyTo)));
  }

  @Test
  void aPausedDomainIsNotMigrated() {
    onCluster(
        cluster -> {
          startWeb(cluster);
          cluster.host("host1").<Domid>done(to -> new PauseDomain(named("web"), to));
          assertThat(refusal(cluster, "host2").getMessage())
              .isEqualTo("web is paused; unpause it to migrate it");
        });
  }

  @Test
  void aTargetWithoutMemoryRefuses() {
    onCluster(
        cluster -> {
          startWeb(cluster);
          cluster.host("host2").create(scripted("large", "idle").setMemoryKib(505 << 10).build());
          HostSnapshot before = cluster.host("host2").snapshot();
          assertThat(refusal(cluster, "host2", Option.LIVE).getMessage())
              .isEqualTo("host2: failed to free memory for the domain: 16 MiB are not available");
          assertThat(cluster.host("host2").snapshot()).isEqualTo(before);
          runsOn(cluster, "host1");
        });
  }

  @Test
  void aTargetWhereTheNameIsTakenRefuses() {
    onCluster(
        cluster -> {
          startWeb(cluster);
          cluster.host("host2").create(scripted("web", "idle").build());
          assertThat(refusal(cluster, "host2", Option.LIVE).getMessage())
              .isEqualTo("host2: domain with name \"web\" already exists");
          runsOn(cluster, "host1");
        });
  }

  @Test
  void aTargetThatCannotReachTheDiskRefuses() {
    onCluster(
        cluster -> {
          startWeb(cluster);
          cluster.hideDiskFrom("host2", DISK);
          HostSnapshot before = cluster.host("host2").snapshot();
          assertThat(refusal(cluster, "host2", Option.LIVE).getMessage())
              .isEqualTo("host2: disk vdev=xvda: " + DISK + ": no such file");
          assertThat(cluster.host("host2").snapshot()).isEqualTo(before);
          runsOn(cluster, "host1");
        });
  }

  @Test
  void aDomainThatMayNotMigrateStays() {
    onCluster(
        cluster -> {
          cluster
              .host("host1")
              .create(scripted("web", "idle").setNoMigrate(true).build(), InitialState.RUNNING);
          assertThat(refusal(cluster, "host2").getMessage())
              .isEqualTo("web may not be migrated (nomigrate)");
        });
  }

  // ---- what breaks on the way ----

  @Test
  void aGuestThatDoesNotListenStays() {
    onCluster(
        cluster -> {
          cluster.host("host1").create(scripted("web", "idle").build());
          HostSnapshot before2 = cluster.host("host2").snapshot();
          HostSnapshot before1 = cluster.host("host1").snapshot();
          assertThat(refusal(cluster, "host2", Option.LIVE).getMessage())
              .isEqualTo("guest didn't acknowledge control request in 60 s");
          assertThat(cluster.host("host1").snapshot()).isEqualTo(before1);
          assertThat(cluster.host("host2").snapshot()).isEqualTo(before2);
        });
  }

  @Test
  void aGuestThatPowersOffMeanwhileIsGone() {
    onCluster(
        cluster -> {
          HostSnapshot before1 = cluster.host("host1").snapshot();
          HostSnapshot before2 = cluster.host("host2").snapshot();
          startWeb(cluster);
          cluster.when(
              CrashPoint.SOURCE_BEFORE_SUSPEND,
              () ->
                  cluster
                      .host("host1")
                      .actors()
                      .hypervisor()
                      .tell(
                          new HypervisorCommand.DomainShutdown(
                              Domid.of(1), io.xengarden.abi.ShutdownReason.POWEROFF)));
          assertThat(refusal(cluster, "host2", Option.LIVE).getMessage())
              .isEqualTo("the domain has shut down meanwhile: poweroff");
          cluster.simulation().run(Duration.ofSeconds(1));
          assertThat(cluster.host("host1").snapshot()).isEqualTo(before1);
          assertThat(cluster.host("host2").snapshot()).isEqualTo(before2);
        });
  }

  @Test
  void anAbortBeforeTheCommitLetsTheGuestRunOn() {
    onCluster(
        cluster -> {
          HostSnapshot before2 = cluster.host("host2").snapshot();
          startWeb(cluster);
          cluster.when(CrashPoint.SOURCE_STREAM_ENDED, () -> askAbort(cluster.host("host1")));
          assertThat(refusal(cluster, "host2", Option.LIVE).getReason())
              .isEqualTo(Reason.REASON_ABORTED);
          runsOn(cluster, "host1");
          assertThat(cluster.host("host2").snapshot()).isEqualTo(before2);
        });
  }

  private static void askAbort(SimulatedHost host) {
    host.tell(new Relocate(new AskAbort(named("web"), host.<Outcome<Domid>>mail().address())));
  }

  @Test
  void anAbortAfterTheCommitIsRefused() {
    onCluster(
        cluster -> {
          startWeb(cluster);
          cluster.holdAt(CrashPoint.TARGET_COMMIT_TOLD);
          begin(cluster, "host2", Option.LIVE);
          SimulatedHost host1 = cluster.host("host1");
          host1.await(
              "it is committed", () -> cluster.timesReached(CrashPoint.TARGET_COMMIT_TOLD) > 0);
          ToolstackError error =
              host1.refusal(
                  (ActorRef<Outcome<Domid>> to) ->
                      host1.tell(new Relocate(new AskAbort(named("web"), to))));
          assertThat(error.getMessage())
              .isEqualTo("the migration of web is committed and cannot be aborted");
        });
  }

  @Test
  void aTargetThatCannotUnpauseHandsTheDomainBack() {
    onCluster(
        cluster -> {
          startWeb(cluster);
          cluster.when(
              CrashPoint.TARGET_COMMIT_TOLD,
              () ->
                  cluster
                      .host("host2")
                      .actors()
                      .hypervisor()
                      .tell(
                          new HypervisorCommand.DestroyDomain(
                              Domid.of(1), cluster.host("host2").system().ignoreRef())));
          assertThat(refusal(cluster, "host2", Option.LIVE).getMessage())
              .startsWith("host2: cannot unpause web");
          runsOn(cluster, "host1");
          assertThat(cluster.array().ownership(SimulatedCluster.WATCHED).orElseThrow().owner())
              .isEqualTo("host1");
          assertThat(cluster.host("host2").list()).hasSize(1);
        });
  }

  @Test
  void aCutLinkLetsTheGuestRunOn() {
    onCluster(
        cluster -> {
          HostSnapshot before2 = cluster.host("host2").snapshot();
          startWeb(cluster);
          cluster.when(CrashPoint.SOURCE_SUSPENDED, () -> cluster.links().cut());
          assertThat(refusal(cluster, "host2", Option.LIVE).getReason())
              .isEqualTo(Reason.REASON_HOST_UNREACHABLE);
          runsOn(cluster, "host1");
          cluster.simulation().run(Duration.ofSeconds(30));
          assertThat(cluster.host("host2").snapshot()).isEqualTo(before2);
        });
  }
}
