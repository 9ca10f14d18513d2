package io.xengarden.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class SimulationTest {
  private static long fingerprintOf(long seed) {
    Simulation simulation = new Simulation(seed);
    Gossip.play(simulation, Duration.ofSeconds(20));
    assertThat(simulation.steps()).as("the story is not trivial").isGreaterThan(2_000);
    simulation.close();
    return simulation.fingerprint();
  }

  @Test
  void sameSeedGivesSameFingerprint() {
    assertThat(fingerprintOf(1)).isEqualTo(fingerprintOf(1));
  }

  @Test
  void anotherSeedGivesAnotherFingerprint() {
    assertThat(fingerprintOf(1)).isNotEqualTo(fingerprintOf(2));
  }

  @Test
  void aRecordedFactIsPartOfTheFingerprint() {
    Simulation plain = new Simulation(1);
    Simulation told = new Simulation(1);
    told.record("guest printed 1");
    assertThat(told.fingerprint()).isNotEqualTo(plain.fingerprint());
  }

  @Test
  void purposesHaveIndependentChance() {
    Simulation simulation = new Simulation(1);
    assertThat(simulation.random("disk").nextLong())
        .isEqualTo(simulation.random("disk").nextLong())
        .isNotEqualTo(simulation.random("link").nextLong())
        .isNotEqualTo(new Simulation(2).random("disk").nextLong());
  }

  @Test
  void timeMovesOnlyWhenNothingIsReady() {
    Simulation simulation = new Simulation(1);
    LongSupplier hostClock = simulation::nanos;
    List<Long> seen = new ArrayList<>();
    simulation.schedule(Duration.ofSeconds(3), () -> seen.add(hostClock.getAsLong()));
    simulation.execute(() -> simulation.execute(() -> seen.add(hostClock.getAsLong())));
    simulation.run(Duration.ofSeconds(5));
    assertThat(seen).containsExactly(0L, 3_000_000_000L);
    assertThat(simulation.elapsed()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void runUntilStopsAtTheStepThatMakesItTrue() {
    Simulation simulation = new Simulation(1);
    List<String> seen = new ArrayList<>();
    simulation.schedule(Duration.ofSeconds(1), () -> seen.add("first"));
    simulation.schedule(Duration.ofSeconds(2), () -> seen.add("second"));
    boolean held = simulation.runUntil(() -> !seen.isEmpty(), Duration.ofHours(1));
    assertThat(held).isTrue();
    assertThat(seen).containsExactly("first");
    assertThat(simulation.elapsed()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void runUntilGivesUpAtTheLimit() {
    Simulation simulation = new Simulation(1);
    simulation.schedule(Duration.ofSeconds(61), () -> {});
    assertThat(simulation.runUntil(() -> simulation.steps() > 0, Duration.ofMinutes(1))).isFalse();
    assertThat(simulation.elapsed()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void runUntilIdleLeavesTimeAlone() {
    Simulation simulation = new Simulation(1);
    List<String> seen = new ArrayList<>();
    simulation.schedule(Duration.ofNanos(1), () -> seen.add("later"));
    simulation.execute(() -> simulation.execute(() -> seen.add("now")));
    simulation.runUntilIdle();
    assertThat(seen).containsExactly("now");
    assertThat(simulation.nanos()).isZero();
  }

  @Test
  void aCancelledTimerNeverFires() {
    Simulation simulation = new Simulation(1);
    List<Integer> seen = new ArrayList<>();
    var cancellables = new ArrayList<akka.actor.Cancellable>();
    for (int i = 0; i < 1000; i++) {
      int number = i;
      cancellables.add(simulation.schedule(Duration.ofMillis(i), () -> seen.add(number)));
    }
    for (int i = 0; i < 1000; i++) {
      if (i % 100 != 7) {
        assertThat(cancellables.get(i).cancel()).isTrue();
        assertThat(cancellables.get(i).cancel()).as("cancelled before").isFalse();
      }
    }
    simulation.run(Duration.ofSeconds(2));
    assertThat(seen).containsExactly(7, 107, 207, 307, 407, 507, 607, 707, 807, 907);
    assertThat(cancellables.get(7).cancel()).as("it has fired").isFalse();
  }

  @Test
  void theSeedChoosesAmongWhatIsReady() {
    List<List<Integer>> orders = new ArrayList<>();
    for (long seed = 1; seed <= 200; seed++) {
      Simulation simulation = new Simulation(seed);
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int number = i;
        simulation.execute(() -> order.add(number));
      }
      simulation.runUntilIdle();
      orders.add(order);
    }
    assertThat(orders.stream().distinct().count()).as("orders of four tasks").isEqualTo(24);
  }

  @Test
  void whatATaskThrowsReachesTheDriver() {
    Simulation simulation = new Simulation(1);
    simulation.execute(
        () -> {
          throw new IllegalStateException("broken link");
        });
    assertThatThrownBy(simulation::runUntilIdle).hasMessage("broken link");
  }

  @Test
  void aLivelockEnds() {
    Simulation simulation = new Simulation(1);
    simulation.execute(
        new Runnable() {
          @Override
          public void run() {
            simulation.execute(this);
          }
        });
    assertThatThrownBy(simulation::runUntilIdle)
        .isInstanceOf(SimulationFailed.class)
        .hasMessageContaining("livelock")
        .hasMessageContaining("seed 1");
  }

  @Test
  void aStepCannotRunTheSimulation() {
    Simulation simulation = new Simulation(1);
    simulation.execute(() -> simulation.run(Duration.ofSeconds(1)));
    assertThatThrownBy(simulation::runUntilIdle).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void nothingRunsAfterTheEnd() {
    Simulation simulation = new Simulation(1);
    simulation.close();
    assertThatThrownBy(() -> simulation.execute(() -> {}))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> simulation.run(Duration.ZERO))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void systemsEndInVirtualTime() {
    Simulation simulation = new Simulation(1);
    ActorSystem<Object> system = simulation.createSystem(Behaviors.empty(), "one");
    simulation.close();
    assertThat(system.whenTerminated().isCompleted()).isTrue();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("one-"));
  }

  @Test
  void chanceOfTheThreadIsGivenBackAtTheEnd() {
    long before = ThreadLocalSeed.get();
    try (Simulation simulation = new Simulation(1)) {
      Gossip.play(simulation, Duration.ofSeconds(1));
      assertThat(ThreadLocalSeed.get()).isNotEqualTo(before);
    }
    assertThat(ThreadLocalSeed.get()).isEqualTo(before);
  }

  @Test
  void threadLocalChanceComesFromTheSeed() {
    List<Long> drawn = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      Simulation simulation = new Simulation(9);
      simulation.execute(() -> drawn.add(ThreadLocalRandom.current().nextLong()));
      simulation.runUntilIdle();
      simulation.close();
    }
    assertThat(drawn.getFirst()).isEqualTo(drawn.getLast());
  }
}
