package io.xengarden.node.relocation;

import static io.xengarden.node.simulated.SimulatedHost.config;
import static io.xengarden.node.simulated.SimulatedHost.named;
import static io.xengarden.node.simulated.SimulatedHost.scripted;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.domain.GuestMode;
import io.xengarden.node.relocation.RelocationCommand.Restore;
import io.xengarden.node.relocation.RelocationCommand.Save;
import io.xengarden.node.relocation.save.RestoreFlow;
import io.xengarden.node.relocation.save.SaveFlow;
import io.xengarden.node.simulated.AcknowledgedRecords;
import io.xengarden.node.simulated.HostSnapshot;
import io.xengarden.node.simulated.Relocating;
import io.xengarden.node.simulated.SimulatedFiles;
import io.xengarden.node.simulated.SimulatedHost;
import io.xengarden.node.simulated.SimulatedHost.Options;
import io.xengarden.node.simulated.SimulatedHost.World;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.SaveDomainRequest.After;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.Simulation;
import io.xengarden.sim.SimulationRunner;
import io.xengarden.storage.sim.SimulatedDisk;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A domain to a file and back, on a whole host in simulation. */
class SaveRestoreTest {
  private static final String FILE = "/saves/web";
  private static final String DISK = "/disks/web";

  /** What happens on one host with its files. */
  private interface Story {
    void play(SimulatedHost host, SimulatedFiles files, Relocating relocating);
  }

  private static void onHost(Options options, Story story) {
    SimulationRunner.over(Seeds.first(3))
        .run(
            (Simulation simulation) -> {
              SimulatedFiles files = new SimulatedFiles();
              SimulatedHost host =
                  SimulatedHost.start(simulation, options, World.of(simulation, files));
              story.play(host, files, new Relocating(host));
            });
  }

  private static void onHost(Story story) {
    onHost(Options.ordinary(), story);
  }

  private static Save save(After after, Relocating.Asked asked) {
    return new Save(new SaveFlow.Order(named("web"), FILE, after), asked.address());
  }

  private static Restore restore(InitialState state, Relocating.Asked asked) {
    return new Restore(new RestoreFlow.Order(FILE, state, Optional.empty()), asked.address());
  }

  @Test
  void aGuestGoesOnWhereItWasSaved() {
    onHost(SaveRestoreTest::saveAndRestoreWithDisk);
  }

  @Test
  void aGuestGoesOnWithoutAnythingBesideItsPagesAndContexts() {
    onHost(Options.ordinary().with(GuestMode.AMNESIA), SaveRestoreTest::saveAndRestoreWithDisk);
  }

  private static void saveAndRestoreWithDisk(
      SimulatedHost host, SimulatedFiles files, Relocating relocating) {
    HostSnapshot before = host.snapshot();
    SimulatedDisk disk = host.createDisk(DISK, 1 << 20);
    DomainInfo info =
        host.create(
            config("web")
                .setCmdline("run='diskcheck xvda --forever'")
                .addDisks(DiskConfig.newBuilder().setTarget(DISK).setVdev("xvda"))
                .build());
    host.awaitPrompt("web");
    String bootId = host.run("web", "cat /proc/sys/kernel/random/boot_id").output();
    host.simulation().run(Duration.ofSeconds(3));
    long acknowledged = AcknowledgedRecords.loggedBy(host, "web");
    assertThat(acknowledged).isPositive();
    relocating.succeeds(asked -> save(After.AFTER_DESTROY, asked));
    AcknowledgedRecords.verify(disk, acknowledged);
    assertThat(host.snapshot()).as("nothing of it is left").isEqualTo(before);
    assertThat(files.files()).containsOnlyKeys(FILE);

    DomainInfo restored =
        relocating.succeeds(asked -> restore(InitialState.RUNNING, asked)).getDomain();
    assertThat(restored.getUuid()).isEqualTo(info.getUuid());
    assertThat(restored.getDomid()).isNotEqualTo(info.getDomid());
    assertThat(host.run("web", "cat /proc/sys/kernel/random/boot_id").output()).isEqualTo(bootId);
    host.simulation().run(Duration.ofSeconds(3));
    long later = AcknowledgedRecords.loggedBy(host, "web");
    assertThat(later).as("diskcheck goes on").isGreaterThan(acknowledged);
    AcknowledgedRecords.verify(disk, later);
    host.destroy("web");
    assertThat(host.snapshot()).isEqualTo(before);
  }

  @Test
  void aCheckpointLetsTheGuestRunOn() {
    onHost(
        (host, files, relocating) -> {
          DomainInfo info = host.create(config("web").build());
          host.awaitPrompt("web");
          relocating.succeeds(asked -> save(After.AFTER_RESUME, asked));
          assertThat(host.domain("web").orElseThrow().getDomid()).isEqualTo(info.getDomid());
          assertThat(host.run("web", "echo still here").output()).contains("still here");
          assertThat(files.files()).containsOnlyKeys(FILE);
        });
  }

  @Test
  void aSaveMayLeaveTheGuestPaused() {
    onHost(
        (host, files, relocating) -> {
          host.create(config("web").build());
          host.awaitPrompt("web");
          relocating.succeeds(asked -> save(After.AFTER_PAUSE, asked));
          assertThat(host.domain("web").orElseThrow().getFlags().getPaused()).isTrue();
        });
  }

  @Test
  void aGuestThatDoesNotListenRunsOn() {
    onHost(
        (host, files, relocating) -> {
          host.create(scripted("web", "idle").build());
          HostSnapshot before = host.snapshot();
          ToolstackError error = relocating.fails(asked -> save(After.AFTER_DESTROY, asked));
          assertThat(error.getMessage())
              .isEqualTo("guest didn't acknowledge control request in 60 s");
          assertThat(host.snapshot()).isEqualTo(before);
          assertThat(files.files()).isEmpty();
          assertThat(files.unfinished()).isEmpty();
        });
  }

  @Test
  void aFullDiskLetsTheGuestRunOn() {
    onHost(
        (host, files, relocating) -> {
          files.limitSpace(8_192);
          host.create(config("web").build());
          host.awaitPrompt("web");
          ToolstackError error = relocating.fails(asked -> save(After.AFTER_DESTROY, asked));
          assertThat(error.getMessage())
              .isEqualTo("cannot save to /saves/web: No space left on device");
          assertThat(host.run("web", "echo still here").output()).contains("still here");
          assertThat(files.files()).isEmpty();
          assertThat(files.unfinished()).isEmpty();
        });
  }

  @Test
  void aRestoreOverARunningDomainIsRefused() {
    onHost(
        (host, files, relocating) -> {
          host.create(config("web").build());
          host.awaitPrompt("web");
          relocating.succeeds(asked -> save(After.AFTER_RESUME, asked));
          HostSnapshot before = host.snapshot();
          ToolstackError error = relocating.fails(asked -> restore(InitialState.RUNNING, asked));
          assertThat(error.getMessage()).contains("already exists");
          assertThat(host.snapshot()).isEqualTo(before);
        });
  }

  @Test
  void aDamagedFileIsRefusedByNameAndLeavesNothing() {
    onHost(
        (host, files, relocating) -> {
          host.create(config("web").build());
          host.awaitPrompt("web");
          HostSnapshot[] before = new HostSnapshot[1];
          relocating.succeeds(asked -> save(After.AFTER_DESTROY, asked));
          before[0] = host.snapshot();
          byte[] whole = files.content(FILE);
          for (int cut : new int[] {0, 40, 700, whole.length / 2, whole.length - 1}) {
            files.put(FILE, java.util.Arrays.copyOf(whole, cut));
            ToolstackError error = relocating.fails(asked -> restore(InitialState.RUNNING, asked));
            assertThat(error.getMessage()).startsWith(FILE + ": ").doesNotContain("\n");
            assertThat(host.snapshot()).as("cut at " + cut).isEqualTo(before[0]);
          }
          byte[] flipped = whole.clone();
          flipped[whole.length / 2] ^= 1;
          files.put(FILE, flipped);
          ToolstackError error = relocating.fails(asked -> restore(InitialState.RUNNING, asked));
          assertThat(error.getMessage()).startsWith(FILE + ": ");
          assertThat(host.snapshot()).isEqualTo(before[0]);
        });
  }

  @Test
  void aSaveOfAPausedDomainIsRefused() {
    onHost(
        (host, files, relocating) -> {
          host.create(config("web").build(), InitialState.PAUSED);
          ToolstackError error = relocating.fails(asked -> save(After.AFTER_DESTROY, asked));
          assertThat(error.getMessage()).isEqualTo("web is paused; unpause it to save it");
        });
  }

  @Test
  void aGuestKeepsItsTimeFromBeingSet() {
    onHost(
        (host, files, relocating) -> {
          host.create(config("web").build());
          host.awaitPrompt("web");
          host.simulation().run(Duration.ofSeconds(5));
          double before = uptime(host);
          relocating.succeeds(asked -> save(After.AFTER_DESTROY, asked));
          host.simulation().run(Duration.ofMinutes(10));
          relocating.succeeds(asked -> restore(InitialState.RUNNING, asked));
          double after = uptime(host);
          assertThat(after).isGreaterThanOrEqualTo(before).isLessThan(before + 60);
        });
  }

  private static double uptime(SimulatedHost host) {
    String text = host.run("web", "cat /proc/uptime").output();
    return Double.parseDouble(text.strip().split("\\s+")[0]);
  }
}
