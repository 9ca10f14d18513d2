package io.xengarden.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SimulationRunnerTest {
  @AfterEach
  void forgetReplay() {
    System.clearProperty(Seeds.SEED_PROPERTY);
    System.clearProperty(Seeds.COUNT_PROPERTY);
  }

  @Test
  void everySeedIsPlayedTwice() {
    List<Long> seeds = new ArrayList<>();
    SimulationRunner.over(Seeds.first(3)).run(simulation -> seeds.add(simulation.seed()));
    assertThat(seeds).containsExactly(1L, 1L, 2L, 2L, 3L, 3L);
  }

  @Test
  void manySeedsGiveAsManyFingerprints() {
    var played =
        SimulationRunner.over(Seeds.first(50))
            .run(simulation -> Gossip.play(simulation, Duration.ofSeconds(2)));
    assertThat(played).extracting(SimulationRunner.Played::seed).hasSize(50);
    assertThat(played)
        .extracting(SimulationRunner.Played::fingerprint)
        .doesNotHaveDuplicates()
        .hasSize(50);
  }

  @Test
  void manySeedsPassInTheWideOrderToo() {
    var played =
        SimulationRunner.over(Seeds.first(50))
            .withMailboxes(MailboxOrder.PER_SENDER)
            .run(simulation -> Gossip.play(simulation, Duration.ofSeconds(2)));
    assertThat(played).extracting(SimulationRunner.Played::fingerprint).doesNotHaveDuplicates();
  }

  @Test
  void aFailureNamesItsSeedAndHowToReplayIt() {
    assertThatThrownBy(
            () ->
                SimulationRunner.over(Seeds.first(9))
                    .run(
                        simulation -> {
                          simulation.run(Duration.ofSeconds(2));
                          assertThat(simulation.seed()).as("a lucky seed").isLessThan(7);
                        }))
        .isInstanceOf(SimulationFailed.class)
        .hasMessageContaining("a lucky seed")
        .hasMessageContaining("at PT2S")
        .hasMessageContaining("replay with -Dxengarden.seed=7")
        .hasCauseInstanceOf(AssertionError.class);
  }

  @Test
  void theCommandLineReplaysOneSeed() {
    System.setProperty(Seeds.SEED_PROPERTY, "4711");
    List<Long> seeds = new ArrayList<>();
    SimulationRunner.over(Seeds.first(200)).run(simulation -> seeds.add(simulation.seed()));
    assertThat(seeds).containsExactly(4711L, 4711L);
  }

  @Test
  void theCommandLineAsksForMoreSeeds() {
    System.setProperty(Seeds.COUNT_PROPERTY, "30");
    List<Long> seeds = new ArrayList<>();
    SimulationRunner.over(Seeds.first(2)).run(simulation -> seeds.add(simulation.seed()));
    assertThat(seeds).hasSize(60);
  }

  @Test
  void seedsThatOnceFailedAreAdded() {
    assertThat(Seeds.first(2).and(2, 99).values()).containsExactly(1L, 2L, 99L);
  }

  @Test
  void noSeedsAreRefused() {
    assertThatThrownBy(() -> Seeds.first(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void stateKeptBetweenTwoRunsIsFound() {
    AtomicInteger kept = new AtomicInteger();
    assertThatThrownBy(
            () ->
                SimulationRunner.over(Seeds.of(3))
                    .run(
                        simulation -> {
                          Gossip.play(simulation, Duration.ofSeconds(1));
                          simulation.schedule(Duration.ofMillis(kept.getAndIncrement()), () -> {});
                          simulation.run(Duration.ofSeconds(1));
                        }))
        .isInstanceOf(SimulationFailed.class)
        .hasMessageContaining("seed 3 is not deterministic")
        .hasMessageContaining("they part")
        .hasMessageContaining("-Dxengarden.seed=3");
  }

  @Test
  void theMomentOfDivergenceIsNamed() {
    AtomicInteger runs = new AtomicInteger();
    assertThatThrownBy(
            () ->
                SimulationRunner.over(Seeds.of(3))
                    .run(
                        simulation -> {
                          int run = runs.getAndIncrement();
                          for (int i = 1; i <= 50; i++) {
                            simulation.schedule(Duration.ofSeconds(i), () -> {});
                          }
                          simulation.run(Duration.ofSeconds(30).plusMillis(1));
                          simulation.record(run);
                          simulation.run(Duration.ofSeconds(20));
                        }))
        .hasMessageContaining("they part after step 30 and by step 31, at 31.000000 s");
  }

  @Test
  void aForeignThreadThatWasSwallowedFailsTheSeed() {
    assertThatThrownBy(
            () ->
                SimulationRunner.over(Seeds.of(8))
                    .run(
                        simulation -> {
                          Thread thread = new Thread(() -> swallow(simulation), "elsewhere");
                          thread.start();
                          thread.join();
                        }))
        .isInstanceOf(SimulationFailed.class)
        .hasMessageContaining("elsewhere")
        .hasMessageContaining("-Dxengarden.seed=8");
  }

  private static void swallow(Simulation simulation) {
    try {
      simulation.execute(() -> {});
    } catch (RuntimeException _) {
      // what CompletableFuture does with it
    }
  }

  @Test
  void aSystemThatDoesNotEndFailsTheSeed() {
    Config patient =
        ConfigFactory.parseString("akka.coordinated-shutdown.phases.service-unbind.timeout = 1h");
    assertThatThrownBy(
            () ->
                SimulationRunner.over(Seeds.of(1))
                    .run(
                        simulation -> {
                          var system =
                              simulation.createSystem(Behaviors.empty(), "endless", patient);
                          CoordinatedShutdown.get(system)
                              .addTask(
                                  CoordinatedShutdown.PhaseServiceUnbind(),
                                  "wait for a reply that never comes",
                                  () -> new CompletableFuture<Done>());
                        }))
        .isInstanceOf(SimulationFailed.class)
        .hasMessageContaining("actor system endless does not end")
        .hasMessageContaining("-Dxengarden.seed=1");
  }
}
