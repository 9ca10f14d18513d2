package io.xengarden.node.relocation;

import static io.xengarden.node.simulated.SimulatedHost.config;
import static io.xengarden.node.simulated.SimulatedHost.named;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.node.relocation.RelocationCommand.Migrate;
import io.xengarden.node.relocation.migration.MigrationOrder;
import io.xengarden.node.relocation.migration.MigrationOrder.Option;
import io.xengarden.node.simulated.AcknowledgedRecords;
import io.xengarden.node.simulated.HostSnapshot;
import io.xengarden.node.simulated.SimulatedCluster;
import io.xengarden.node.simulated.SimulatedHost;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.RelocationSummary;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.SimulationRunner;
import io.xengarden.storage.sim.SimulatedDisk;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A domain from host to host, in simulation. */
class MigrationTest {
  private static final String DISK = "/disks/web";

  private static void onCluster(Consumer<SimulatedCluster> story) {
    SimulationRunner.over(Seeds.first(3))
        .run(simulation -> story.accept(SimulatedCluster.start(simulation, 2)));
  }

  static DomainConfig.Builder web() {
    return config("web")
        .setUuid(SimulatedCluster.WATCHED.toString())
        .setCmdline("run='diskcheck xvda --forever'")
        .addDisks(DiskConfig.newBuilder().setTarget(DISK).setVdev("xvda"));
  }

  private static RelocationSummary migrate(
      SimulatedCluster cluster, String from, String to, Option... options) {
    MigrationOrder order = new MigrationOrder(named("web"), to, Set.of(options));
    return cluster.relocating(from).succeeds(asked -> new Migrate(order, asked.address()));
  }

  @Test
  void aGuestMovesThereAndBackWithoutLosingARecord() {
    onCluster(
        cluster -> {
          SimulatedDisk disk = cluster.createDisk(DISK, 1 << 20);
          SimulatedHost host1 = cluster.host("host1");
          SimulatedHost host2 = cluster.host("host2");
          HostSnapshot before1 = host1.snapshot();
          HostSnapshot before2 = host2.snapshot();
          host1.create(web().build());
          host1.awaitPrompt("web");
          String bootId = host1.run("web", "cat /proc/sys/kernel/random/boot_id").output();
          cluster.simulation().run(Duration.ofSeconds(2));

          RelocationSummary there = migrate(cluster, "host1", "host2", Option.LIVE, Option.DEBUG);
          assertThat(there.getPagesVerified()).isPositive();
          assertThat(there.getDomain().getHost()).isEqualTo("host2");
          assertThat(host1.snapshot()).as("nothing is left at the source").isEqualTo(before1);
          assertThat(host2.run("web", "cat /proc/sys/kernel/random/boot_id").output())
              .isEqualTo(bootId);
          cluster.simulation().run(Duration.ofSeconds(2));
          AcknowledgedRecords.verify(disk, AcknowledgedRecords.loggedBy(host2, "web"));

          migrate(cluster, "host2", "host1", Option.LIVE);
          assertThat(host2.snapshot()).as("nothing is left at the target").isEqualTo(before2);
          assertThat(host1.run("web", "cat /proc/sys/kernel/random/boot_id").output())
              .isEqualTo(bootId);
          cluster.simulation().run(Duration.ofSeconds(2));
          AcknowledgedRecords.verify(disk, AcknowledgedRecords.loggedBy(host1, "web"));
          assertThat(cluster.watchman().offences()).isEmpty();
          host1.destroy("web");
          assertThat(cluster.array().ownership(SimulatedCluster.WATCHED)).isEmpty();
        });
  }
}
