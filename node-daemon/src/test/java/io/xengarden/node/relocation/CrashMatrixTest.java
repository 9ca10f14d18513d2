package io.xengarden.node.relocation;

import static io.xengarden.node.simulated.SimulatedHost.config;
import static io.xengarden.node.simulated.SimulatedHost.named;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.node.array.Ownership;
import io.xengarden.node.relocation.RelocationCommand.Migrate;
import io.xengarden.node.relocation.migration.MigrationOrder;
import io.xengarden.node.relocation.migration.MigrationOrder.Option;
import io.xengarden.node.simulated.AcknowledgedRecords;
import io.xengarden.node.simulated.HostSnapshot;
import io.xengarden.node.simulated.Relocating.Asked;
import io.xengarden.node.simulated.SimulatedCluster;
import io.xengarden.node.simulated.SimulatedHost;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.Simulation;
import io.xengarden.sim.SimulationRunner;
import io.xengarden.storage.sim.SimulatedDisk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * At each crash point of a migration, each of source, target and array dies. Never do two hosts run
 * the domain; one does while its owner lives; nothing is left on the other; no acknowledged record
 * is lost. Each seed plays a part of the matrix, all seeds together play it whole.
 */
class CrashMatrixTest {
  private static final String DISK = "/disks/web";
  private static final int SEEDS = 20;

  /** Each seed plays one cell of so many. */
  private static final int SHARE = 10;

  /** In virtual time: longer than any flow waits for anything. */
  private static final Duration SETTLED = Duration.ofMinutes(4);

  private enum Victim {
    SOURCE,
    TARGET,
    ARRAY
  }

  private record Cell(CrashPoint point, Victim victim) {
    static List<Cell> all() {
      List<Cell> cells = new ArrayList<>();
      for (CrashPoint point : CrashPoint.values()) {
        if (point.label().startsWith("save.") || point.label().startsWith("restore.")) {
          continue;
        }
        for (Victim victim : Victim.values()) {
          cells.add(new Cell(point, victim));
        }
      }
      return cells;
    }
  }

  /** One run of one cell. */
  private static final class Run {
    private final SimulatedCluster cluster;
    private final Cell cell;
    private final SimulatedDisk disk;
    private final HostSnapshot clean1;
    private final HostSnapshot clean2;
    private boolean struck;

    Run(SimulatedCluster cluster, Cell cell) {
      this.cluster = cluster;
      this.cell = cell;
      this.disk = cluster.createDisk(DISK, 256 << 10);
      this.clean1 = cluster.host("host1").snapshot();
      this.clean2 = cluster.host("host2").snapshot();
    }

    void play() {
      SimulatedHost source = cluster.host("host1");
      source.create(
          config("web")
              .setUuid(SimulatedCluster.WATCHED.toString())
              .setMemoryKib(16 << 10)
              .setCmdline("run='diskcheck xvda --forever'")
              .addDisks(DiskConfig.newBuilder().setTarget(DISK).setVdev("xvda"))
              .build());
      source.awaitPrompt("web");
      provoke();
      cluster.when(cell.point(), this::strike);
      MigrationOrder order = new MigrationOrder(named("web"), "host2", Set.of(Option.LIVE));
      Asked asked =
          cluster.relocating("host1").begin(client -> new Migrate(order, client.address()));
      await("the point is reached", () -> struck);
      if (!cluster.array().isUp()) {
        cluster.simulation().run(Duration.ofSeconds(8));
        cluster.array().start();
      }
      await("the migration is over", () -> !cluster.isUp("host1") || asked.hasEnded());
      settle();
      verify();
    }

    /** Points that only a first failure leads to. */
    private void provoke() {
      switch (cell.point()) {
        case SOURCE_RAISE ->
            cluster.when(CrashPoint.SOURCE_COMMIT_SENT, () -> cluster.array().kill());
        case TARGET_RAISE, SOURCE_BEFORE_RESUME ->
            cluster.when(CrashPoint.TARGET_READY, () -> cluster.links().reset());
        default -> {}
      }
    }

    private void strike() {
      struck = true;
      switch (cell.victim()) {
        case SOURCE -> cluster.kill("host1");
        case TARGET -> cluster.kill("host2");
        case ARRAY -> {
          if (cluster.array().isUp()) {
            cluster.array().kill();
          }
        }
      }
    }

    private void await(String what, java.util.function.BooleanSupplier condition) {
      if (!cluster.simulation().runUntil(condition, SETTLED)) {
        throw new AssertionError(cell + ": not within " + SETTLED + ": " + what);
      }
    }

    private Optional<String> owner() {
      return cluster.array().ownership(SimulatedCluster.WATCHED).map(Ownership::owner);
    }

    /** Until no flow is under way any more: none leaves its name for a move to a domain. */
    private void settle() {
      for (int i = 0; i < 60; i++) {
        cluster.simulation().run(Duration.ofSeconds(2));
        boolean moving =
            cluster.hosts().stream()
                .flatMap(host -> host.list().stream())
                .anyMatch(domain -> domain.getName().startsWith("web--"));
        if (!moving) {
          return;
        }
      }
      throw new AssertionError(cell + ": the domain is on its way for ever");
    }

    private void verify() {
      String owner = owner().orElseThrow();
      long slices = cluster.watchman().slices();
      cluster.simulation().run(Duration.ofSeconds(1));
      assertThat(cluster.watchman().offences()).as(cell.toString()).isEmpty();
      if (cluster.isUp(owner)) {
        assertThat(cluster.watchman().slices()).as("%s: it runs", cell).isGreaterThan(slices);
        assertThat(namesOn(owner)).as(cell.toString()).containsExactly("Domain-0", "web");
        cluster.simulation().run(Duration.ofSeconds(1));
        long acknowledged = AcknowledgedRecords.loggedBy(cluster.host(owner), "web");
        assertThat(acknowledged).as(cell.toString()).isPositive();
        AcknowledgedRecords.verify(disk, acknowledged);
      } else {
        assertThat(cluster.watchman().slices()).as("%s: it does not run", cell).isEqualTo(slices);
      }
      verifyClean("host1", clean1, owner);
      verifyClean("host2", clean2, owner);
    }

    private List<String> namesOn(String host) {
      return cluster.host(host).list().stream().map(DomainInfo::getName).toList();
    }

    private void verifyClean(String host, HostSnapshot clean, String owner) {
      if (cluster.isUp(host) && !host.equals(owner)) {
        assertThat(cluster.host(host).snapshot())
            .as("%s: %s is clean", cell, host)
            .isEqualTo(clean);
      }
    }
  }

  @Test
  void atEachPointEachOfThemMayDie() {
    List<Cell> cells = Cell.all();
    SimulationRunner.over(Seeds.first(SEEDS))
        .run(
            simulation -> {
              int first = (int) (simulation.seed() % SHARE);
              for (int i = first; i < cells.size(); i += SHARE) {
                play(simulation, cells.get(i));
              }
            });
  }

  private static void play(Simulation simulation, Cell cell) {
    try (Simulation own = new Simulation(simulation.random().nextLong())) {
      new Run(SimulatedCluster.start(own, 2), cell).play();
      simulation.record(own.fingerprint());
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(cell + ": " + e.getMessage(), e);
    }
  }
}
