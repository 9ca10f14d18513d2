package io.xengarden.node.toolstack;

import static io.xengarden.node.simulated.SimulatedHost.config;
import static io.xengarden.node.simulated.SimulatedHost.named;
import static io.xengarden.node.simulated.SimulatedHost.scripted;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import io.xengarden.domain.Guest;
import io.xengarden.domain.GuestMode;
import io.xengarden.domain.KernelImage;
import io.xengarden.domain.KernelImages;
import io.xengarden.domain.builder.BuildFailed;
import io.xengarden.machine.Memory;
import io.xengarden.node.HostSettings;
import io.xengarden.node.simulated.HostSnapshot;
import io.xengarden.node.simulated.Mail;
import io.xengarden.node.simulated.SimulatedHost;
import io.xengarden.node.toolstack.Outcome.Refused;
import io.xengarden.node.toolstack.ToolstackCommand.CreateDomain;
import io.xengarden.node.toolstack.ToolstackCommand.CreatedDomain;
import io.xengarden.node.toolstack.ToolstackCommand.DestroyDomain;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.proto.v1.ToolstackError.Reason;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.Simulation;
import io.xengarden.sim.SimulationRunner;
import io.xengarden.storage.sim.DiskFaults;
import io.xengarden.storage.sim.SimulatedDisk;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Whatever happens while a domain comes or goes, in the end nothing of it is left. */
class UndoTest {
  private static final String TARGET = "/srv/web.img";
  private static final DiskConfig DISK =
      DiskConfig.newBuilder().setTarget(TARGET).setVdev("xvda").build();
  private static final Duration CHECK = Duration.ofMillis(5);

  /** More than there are from a request to the guest's prompt. */
  private static final int MAX_STEPS = 1500;

  private static DomainConfig withDisk() {
    return config("web").addDisks(DISK).build();
  }

  @Test
  void destroyingADomainAtAnyMomentOfItsCreationLeavesNothing() {
    SimulationRunner.over(Seeds.first(150))
        .run(
            simulation -> {
              SimulatedHost host = SimulatedHost.start(simulation);
              host.createDisk(TARGET, 1 << 20);
              HostSnapshot before = host.snapshot();
              Mail<Outcome<CreatedDomain>> created = host.mail();
              Mail<Outcome<Domid>> destroyed = host.mail();
              host.tell(new CreateDomain(withDisk(), InitialState.RUNNING, created.address()));
              step(simulation, simulation.random("moment").nextInt(MAX_STEPS));
              host.tell(new DestroyDomain(named("web"), destroyed.address()));
              Outcome<Domid> end = host.next(destroyed);
              assertThat(host.next(created)).as("the creator has an answer").isNotNull();
              if (end instanceof Refused<Domid>(var error)) {
                assertThat(error.getReason())
                    .as("it came before the creation")
                    .isEqualTo(Reason.REASON_NO_SUCH_DOMAIN);
                host.destroy("web");
              }
              assertThat(host.snapshot()).isEqualTo(before);
            });
  }

  private static void step(Simulation simulation, int steps) {
    int[] left = {steps};
    simulation.runUntil(() -> left[0]-- <= 0, Duration.ofSeconds(5));
  }

  @Test
  void destroyingADomainWithWritesUnderWayLosesNoneOfThemAndLeavesNothing() {
    SimulationRunner.over(Seeds.first(20))
        .run(
            simulation -> {
              SimulatedHost host = SimulatedHost.start(simulation);
              SimulatedDisk disk = host.createDisk(TARGET, 1 << 20);
              disk.setFaults(DiskFaults.none().withDelays(CHECK, Duration.ofMillis(50)));
              HostSnapshot before = host.snapshot();
              host.create(
                  config("web")
                      .addDisks(DISK)
                      .setCmdline("run='diskcheck xvda --forever'")
                      .build());
              host.awaitPrompt("web");
              simulation.run(
                  Duration.ofNanos(simulation.random("moment").nextLong(2_000_000_000L)));
              Duration asked = simulation.elapsed();
              host.destroy("web");
              assertThat(simulation.elapsed().minus(asked))
                  .as("it waits for what is under way, and no longer")
                  .isLessThan(Duration.ofSeconds(1));
              assertThat(host.snapshot()).isEqualTo(before);
            });
  }

  @Test
  void aDiskThatHangsMakesADomainDyingUntilItAnswers() {
    SimulationRunner.over(Seeds.first(5))
        .run(
            simulation -> {
              SimulatedHost host = SimulatedHost.start(simulation);
              SimulatedDisk disk = host.createDisk(TARGET, 1 << 20);
              HostSnapshot before = host.snapshot();
              host.create(
                  config("web")
                      .addDisks(DISK)
                      .setCmdline("run='diskcheck xvda --forever'")
                      .build());
              host.awaitPrompt("web");
              disk.hold();
              simulation.run(Duration.ofSeconds(1));
              ToolstackError error =
                  host.<Domid>refusal(
                      replyTo -> host.tell(new DestroyDomain(named("web"), replyTo)));
              assertThat(error.getMessage()).contains("dying");
              assertThat(host.list())
                  .extracting(DomainInfo::getName)
                  .containsExactly("Domain-0", "web");
              assertThat(host.list().getLast().getFlags().getDying()).isTrue();
              host.create(scripted("web", "idle").build());
              host.destroy("web");
              disk.release();
              assertThat(host.snapshot()).as("when the disk answers").isEqualTo(before);
            });
  }

  @Test
  void aBackendThatDoesNotGetReadyEndsTheCreation() {
    SimulationRunner.over(Seeds.first(5))
        .run(
            simulation -> {
              SimulatedHost host = SimulatedHost.start(simulation);
              SimulatedDisk disk = host.createDisk(TARGET, 1 << 20);
              disk.setFaults(DiskFaults.none().withDelays(CHECK, CHECK));
              HostSnapshot before = host.snapshot();
              Mail<Outcome<CreatedDomain>> created = host.mail();
              host.tell(new CreateDomain(withDisk(), InitialState.RUNNING, created.address()));
              simulation.run(
                  CHECK.plusMillis(2)); // the toolstack's look is over, the backend's not
              disk.hold();
              Refused<CreatedDomain> refused = (Refused<CreatedDomain>) host.next(created);
              assertThat(refused.error().getMessage())
                  .isEqualTo("a device's backend took too long");
              disk.release();
              assertThat(host.snapshot()).isEqualTo(before);
            });
  }

  @Test
  void aBackendThatGivesUpEndsTheCreationAndTheDiskIsNamed() {
    SimulationRunner.over(Seeds.first(5))
        .run(
            simulation -> {
              SimulatedHost host = SimulatedHost.start(simulation);
              SimulatedDisk disk = host.createDisk(TARGET, 1 << 20);
              disk.setFaults(DiskFaults.none().withDelays(CHECK, CHECK));
              HostSnapshot before = host.snapshot();
              Mail<Outcome<CreatedDomain>> created = host.mail();
              host.tell(new CreateDomain(withDisk(), InitialState.RUNNING, created.address()));
              simulation.run(CHECK.plusMillis(2));
              disk.writeProtect();
              Refused<CreatedDomain> refused = (Refused<CreatedDomain>) host.next(created);
              assertThat(refused.error().getReason()).isEqualTo(Reason.REASON_DISK_UNAVAILABLE);
              assertThat(refused.error().getMessage()).contains("xvda", TARGET);
              assertThat(host.snapshot()).isEqualTo(before);
            });
  }

  @Test
  void aKernelThatCannotBePlacedEndsTheCreation() {
    for (RuntimeException why :
        new RuntimeException[] {new BuildFailed("it does not fit"), new IllegalStateException()}) {
      SimulationRunner.over(Seeds.first(5))
          .run(
              simulation -> {
                KernelImages kernels = KernelImages.of(new Unplaceable(why));
                HostSettings settings = new HostSettings("host1", 1, 1024);
                SimulatedHost host =
                    SimulatedHost.start(
                        simulation, new SimulatedHost.Options(settings, GuestMode.NORMAL, kernels));
                HostSnapshot before = host.snapshot();
                ToolstackError error =
                    host.refusalOf(config("web").setKernel(Unplaceable.NAME).build());
                assertThat(error.getLibxlError()).isEqualTo(3);
                assertThat(host.snapshot()).isEqualTo(before);
              });
    }
  }

  @Test
  void theHostGoesOnAfterManyFailures() {
    SimulationRunner.over(Seeds.first(2))
        .run(
            simulation -> {
              SimulatedHost host = SimulatedHost.start(simulation);
              HostSnapshot before = host.snapshot();
              for (int i = 0; i < 50; i++) {
                assertThat(host.refusalOf(withDisk()).getReason())
                    .isEqualTo(Reason.REASON_DISK_UNAVAILABLE);
              }
              assertThat(host.snapshot()).isEqualTo(before);
              assertThat(
                      host.<CreatedDomain>done(
                          replyTo ->
                              new CreateDomain(
                                  scripted("web", "idle").build(), InitialState.RUNNING, replyTo)))
                  .isNotNull();
            });
  }

  /** A kernel that fails when the builder asks it to place itself. */
  private record Unplaceable(RuntimeException why) implements KernelImage {
    static final String NAME = "builtin:unplaceable";

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public int pages() {
      return 1;
    }

    @Override
    public long minimumPages() {
      return 8;
    }

    @Override
    public long entry() {
      return 1;
    }

    @Override
    public void place(Memory memory, RandomGenerator entropy) {
      throw why;
    }

    @Override
    public Guest newGuest() {
      throw why;
    }
  }
}
