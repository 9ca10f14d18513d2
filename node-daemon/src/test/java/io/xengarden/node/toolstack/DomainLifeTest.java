package io.xengarden.node.toolstack;

import static io.xengarden.node.simulated.SimulatedHost.named;
import static io.xengarden.node.simulated.SimulatedHost.scripted;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import io.xengarden.node.simulated.HostSnapshot;
import io.xengarden.node.simulated.SimulatedHost;
import io.xengarden.node.toolstack.ToolstackCommand.DestroyDomain;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import io.xengarden.node.toolstack.ToolstackCommand.PauseDomain;
import io.xengarden.node.toolstack.ToolstackCommand.UnpauseDomain;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.Event;
import io.xengarden.proto.v1.LifecycleAction;
import io.xengarden.proto.v1.ShutdownReason;
import io.xengarden.proto.v1.ToolstackError.Reason;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.SimulationRunner;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Domains from their creation to their end, on a whole host in simulation. */
class DomainLifeTest {
  private static final String DESTROYED = "domain.destroyed nothing is left";

  private static void onHost(Consumer<SimulatedHost> story) {
    SimulationRunner.over(Seeds.first(5))
        .run(simulation -> story.accept(SimulatedHost.start(simulation)));
  }

  @Test
  void aDestroyedDomainLeavesNothingBehind() {
    onHost(
        host -> {
          HostSnapshot before = host.snapshot();
          DomainInfo info = host.create(scripted("web", "idle").build());
          assertThat(info.getDomid()).isEqualTo(1);
          assertThat(info.getMemoryKib()).isEqualTo(64 << 10);
          assertThat(host.list())
              .extracting(DomainInfo::getName)
              .containsExactly("Domain-0", "web");
          assertThat(host.snapshot()).isNotEqualTo(before);
          host.destroy("web");
          assertThat(host.snapshot()).isEqualTo(before);
          assertThat(host.eventsOf("web")).containsExactly("domain.created 64 MiB", DESTROYED);
        });
  }

  @Test
  void aDomainIsFoundInXenstoreAsLibxlLeavesIt() {
    onHost(
        host -> {
          DomainInfo info = host.create(scripted("web", "idle").setMaxVcpus(2).build());
          String dom = "/local/domain/1";
          assertThat(host.nodes(dom))
              .containsEntry(dom + "/name", "web")
              .containsEntry(dom + "/vm", "/vm/" + info.getUuid())
              .containsEntry(dom + "/domid", "1")
              .containsEntry(dom + "/memory/target", "65536")
              .containsEntry(dom + "/cpu/0/availability", "online")
              .containsEntry(dom + "/cpu/1/availability", "offline")
              .containsEntry(dom + "/store/port", "1")
              .containsEntry(dom + "/console/port", "2")
              .containsEntry(dom + "/console/tty", "xengarden:1")
              .containsEntry(dom + "/control/shutdown", "");
          assertThat(host.node("/vm/" + info.getUuid() + "/start_time").orElseThrow())
              .matches("17672256\\d\\d\\.\\d\\d");
        });
  }

  @Test
  void onRebootADomainComesBackUnderANewDomidAfterTwoSeconds() {
    onHost(
        host -> {
          host.create(scripted("web", "exit=reboot").build());
          Duration begun = host.simulation().elapsed();
          host.awaitAsking("its second life", () -> hasSecondLife(host));
          assertThat(host.simulation().elapsed().minus(begun))
              .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(3));
          assertThat(host.eventsOf("web"))
              .startsWith(
                  "domain.created 64 MiB",
                  "domain.shutdown reboot, then restart",
                  DESTROYED,
                  "domain.created 64 MiB");
          assertThat(host.events().stream().filter(e -> e.getType().equals("domain.created")))
              .extracting(event -> event.getDomid() + " " + event.getUuid())
              .as("a new domid, the same uuid")
              .startsWith("1 " + uuid(host), "2 " + uuid(host));
        });
  }

  private static String uuid(SimulatedHost host) {
    return host.events().stream()
        .filter(event -> event.getName().equals("web"))
        .findFirst()
        .orElseThrow()
        .getUuid();
  }

  private static boolean hasSecondLife(SimulatedHost host) {
    return host.events().stream().filter(e -> e.getType().equals("domain.created")).count() >= 2;
  }

  @Test
  void eachReasonHasItsAction() {
    onHost(
        host -> {
          DomainConfig.Builder config =
              scripted("web", "exit=poweroff")
                  .setOnPoweroff(LifecycleAction.LIFECYCLE_ACTION_PRESERVE)
                  .setOnCrash(LifecycleAction.LIFECYCLE_ACTION_DESTROY)
                  .setOnWatchdog(LifecycleAction.LIFECYCLE_ACTION_PRESERVE);
          assertThat(afterShutdown(host, config.build()))
              .hasValue(ShutdownReason.SHUTDOWN_REASON_POWEROFF);
          assertThat(afterShutdown(host, config.setCmdline("exit=crash").build())).isEmpty();
          assertThat(afterShutdown(host, config.setCmdline("exit=watchdog").build()))
              .hasValue(ShutdownReason.SHUTDOWN_REASON_WATCHDOG);
          assertThat(afterShutdown(host, config.setCmdline("exit=suspend").build()))
              .as("a suspended domain stays whatever the settings say")
              .hasValue(ShutdownReason.SHUTDOWN_REASON_SUSPEND);
          config.setOnPoweroff(LifecycleAction.LIFECYCLE_ACTION_COREDUMP_DESTROY);
          assertThat(afterShutdown(host, config.setCmdline("exit=poweroff").build())).isEmpty();
        });
  }

  /** The reason it is kept for; empty if it is not kept. */
  private static Optional<ShutdownReason> afterShutdown(SimulatedHost host, DomainConfig config) {
    host.create(config);
    host.simulation().run(Duration.ofSeconds(10));
    Optional<DomainInfo> kept = host.domain(config.getName());
    kept.ifPresent(
        domain -> {
          assertThat(domain.getFlags().getShutdown()).isTrue();
          host.destroy(config.getName());
        });
    return kept.map(DomainInfo::getShutdownReason);
  }

  @Test
  void renameRestartKeepsTheOldOneUnderANameOfItsOwn() {
    onHost(
        host -> {
          String uuid = "2b1cf1b0-7a1f-4d52-9f35-0123456789ab";
          DomainInfo first =
              host.create(
                  scripted("web", "exit=reboot")
                      .setUuid(uuid)
                      .setOnReboot(LifecycleAction.LIFECYCLE_ACTION_RENAME_RESTART)
                      .build());
          host.awaitAsking("its second life", () -> hasSecondLife(host));
          String kept = "web-20260101T0000Z";
          DomainInfo preserved = host.domain(kept).orElseThrow();
          assertThat(preserved.getDomid()).isEqualTo(first.getDomid());
          assertThat(preserved.getUuid()).isNotEqualTo(uuid);
          assertThat(host.node("/local/domain/1/name")).hasValue(kept);
          assertThat(host.node("/local/domain/1/vm")).hasValue("/vm/" + preserved.getUuid());
          assertThat(host.events().stream().filter(e -> e.getType().equals("domain.created")))
              .extracting(Event::getUuid)
              .as("the new one has the old one's uuid")
              .startsWith(uuid, uuid);
          assertThat(host.list()).extracting(DomainInfo::getName).doesNotHaveDuplicates();
          host.stopDomains();
          assertThat(host.nodes("/vm")).containsOnlyKeys("/vm");
        });
  }

  @Test
  void aBrokenGuestIsACrashAndNothingElseIsHarmed() {
    onHost(
        host -> {
          host.create(scripted("good", "idle").build());
          HostSnapshot before = host.snapshot();
          host.create(scripted("bad", "throw").build());
          host.simulation().run(Duration.ofSeconds(10));
          assertThat(host.eventsOf("bad")).contains("domain.crashed crash, then destroy");
          assertThat(host.snapshot()).isEqualTo(before);
        });
  }

  @Test
  void namesAndUuidsAreUnique() {
    onHost(
        host -> {
          DomainInfo web = host.create(scripted("web", "idle").build());
          HostSnapshot before = host.snapshot();
          assertThat(host.refusalOf(scripted("web", "idle").build()).getReason())
              .isEqualTo(Reason.REASON_NAME_IN_USE);
          assertThat(
                  host.refusalOf(scripted("other", "idle").setUuid(web.getUuid()).build())
                      .getReason())
              .isEqualTo(Reason.REASON_UUID_IN_USE);
          assertThat(host.snapshot()).isEqualTo(before);
        });
  }

  @Test
  void aNameIsTakenWhileItsDomainWaitsForItsRestart() {
    onHost(
        host -> {
          host.create(scripted("web", "exit=reboot").build());
          host.simulation().run(Duration.ofSeconds(1));
          assertThat(host.domain("web")).as("between two lives").isEmpty();
          assertThat(host.refusalOf(scripted("web", "idle").build()).getReason())
              .isEqualTo(Reason.REASON_NAME_IN_USE);
          host.destroy("web");
          host.create(scripted("web", "idle").build());
          host.simulation().run(Duration.ofSeconds(10));
          assertThat(host.list()).as("the restart was given up").hasSize(2);
        });
  }

  @Test
  void aDomainTooLargeIsRefusedAndLeavesNothing() {
    onHost(
        host -> {
          HostSnapshot before = host.snapshot();
          var error = host.refusalOf(scripted("big", "idle").setMemoryKib(4L << 20).build());
          assertThat(error.getReason()).isEqualTo(Reason.REASON_NOT_ENOUGH_MEMORY);
          assertThat(error.getLibxlError()).isEqualTo(3);
          assertThat(host.snapshot()).isEqualTo(before);
        });
  }

  @Test
  void aMissingDiskIsNamedAndLeavesNothing() {
    onHost(
        host -> {
          HostSnapshot before = host.snapshot();
          DiskConfig disk =
              DiskConfig.newBuilder().setTarget("/srv/gone.img").setVdev("xvda").build();
          var error = host.refusalOf(scripted("web", "idle").addDisks(disk).build());
          assertThat(error.getReason()).isEqualTo(Reason.REASON_DISK_UNAVAILABLE);
          assertThat(error.getMessage()).contains("xvda", "/srv/gone.img");
          assertThat(host.snapshot()).isEqualTo(before);
        });
  }

  @Test
  void pausingCountsAndUnpausingTooOftenIsRefused() {
    onHost(
        host -> {
          host.create(scripted("web", "idle").build(), InitialState.PAUSED);
          assertThat(host.domain("web").orElseThrow().getFlags().getPaused()).isTrue();
          host.<Domid>done(replyTo -> new UnpauseDomain(named("web"), replyTo));
          assertThat(host.domain("web").orElseThrow().getFlags().getPaused()).isFalse();
          assertThat(
                  host.<Domid>refusal(
                          replyTo -> host.tell(new UnpauseDomain(named("web"), replyTo)))
                      .getReason())
              .isEqualTo(Reason.REASON_WRONG_STATE);
          host.<Domid>done(replyTo -> new PauseDomain(named("web"), replyTo));
          assertThat(host.domain("web").orElseThrow().getFlags().getPaused()).isTrue();
          assertThat(host.eventsOf("web"))
              .containsExactly(
                  "domain.created 64 MiB", "domain.unpaused unpaused", "domain.paused paused");
        });
  }

  @Test
  void domain0IsListedAndNotToBeTouched() {
    onHost(
        host -> {
          DomainInfo dom0 = host.list().getFirst();
          assertThat(dom0.getName()).isEqualTo("Domain-0");
          assertThat(dom0.getMemoryKib()).isEqualTo(512 << 10);
          assertThat(dom0.getUuid()).isEqualTo("00000000-0000-0000-0000-000000000000");
          assertThat(host.node("/local/domain/0/name")).hasValue("Domain-0");
          for (String name : List.of("Domain-0", "0")) {
            assertThat(
                    host.<Domid>refusal(
                            replyTo -> host.tell(new DestroyDomain(named(name), replyTo)))
                        .getReason())
                .isEqualTo(Reason.REASON_PRIVILEGED_DOMAIN);
          }
        });
  }

  @Test
  void anUnknownDomainIsSaidToBeUnknown() {
    onHost(
        host -> {
          for (String name : List.of("nobody", "17", "99999999999999999999")) {
            assertThat(
                    host.<Domid>refusal(
                            replyTo -> host.tell(new DestroyDomain(named(name), replyTo)))
                        .getReason())
                .isEqualTo(Reason.REASON_NO_SUCH_DOMAIN);
          }
        });
  }

  @Test
  void stoppingTheHostEndsEveryDomainWhateverItIsDoing() {
    onHost(
        host -> {
          HostSnapshot before = host.snapshot();
          host.create(scripted("one", "idle").build());
          host.create(scripted("two", "exit=reboot").build());
          host.simulation().run(Duration.ofSeconds(1));
          host.tell(
              new ToolstackCommand.CreateDomain(
                  scripted("three", "idle").build(),
                  InitialState.RUNNING,
                  host.<Outcome<ToolstackCommand.CreatedDomain>>mail().address()));
          host.stopDomains();
          assertThat(host.snapshot()).isEqualTo(before);
        });
  }
}
