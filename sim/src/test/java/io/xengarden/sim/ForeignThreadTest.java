package io.xengarden.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ForeignThreadTest {
  private static final Behavior<ActorRef<String>> ECHO =
      Behaviors.receiveMessage(
          replyTo -> {
            replyTo.tell("echo");
            return Behaviors.same();
          });

  private static void joined(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aMessageFromAnotherThreadFailsTheRun() {
    Simulation simulation = new Simulation(5);
    ActorSystem<String> system = simulation.createSystem(Behaviors.ignore(), "target");
    joined(() -> system.tell("hello"), "intruder");
    assertThatThrownBy(() -> simulation.run(Duration.ofSeconds(1)))
        .isInstanceOf(SimulationFailed.class)
        .hasMessageContaining("intruder")
        .hasMessageContaining("seed 5")
        .hasMessageContaining("ForeignThreadTest");
  }

  @Test
  void aMessageToAPerSenderMailboxIsCaughtToo() {
    Simulation simulation = new Simulation(5, MailboxOrder.PER_SENDER);
    ActorSystem<String> system = simulation.createSystem(Behaviors.ignore(), "target");
    joined(() -> system.tell("hello"), "intruder");
    assertThat(simulation.violations()).anyMatch(violation -> violation.contains("intruder"));
  }

  @Test
  void theEndFailsEvenIfNothingRanSince() {
    Simulation simulation = new Simulation(5);
    joined(() -> assertThatThrownBy(() -> simulation.execute(() -> {})), "intruder");
    assertThatThrownBy(simulation::close).isInstanceOf(SimulationFailed.class);
  }

  @Test
  void theAskOfTheJavaApiIsCaught() {
    Simulation simulation = new Simulation(5);
    ActorSystem<ActorRef<String>> echo = simulation.createSystem(ECHO, "echo");
    Behavior<String> asking =
        Behaviors.setup(
            context -> {
              context.ask(
                  String.class,
                  echo,
                  Duration.ofSeconds(1),
                  (ActorRef<String> replyTo) -> replyTo,
                  (reply, failure) -> reply == null ? "failed" : reply);
              return Behaviors.ignore();
            });
    assertThatThrownBy(
            () -> {
              try (simulation) {
                simulation.createSystem(asking, "asking");
                simulation.run(Duration.ofSeconds(5));
              }
            })
        .isInstanceOf(SimulationFailed.class)
        .hasMessageContaining("commonPool");
  }

  @Test
  void aContinuationOfAskPatternIsCaughtWhenItReachesForTheRun() {
    Simulation simulation = new Simulation(5);
    ActorSystem<ActorRef<String>> echo = simulation.createSystem(ECHO, "echo");
    AskPattern.<ActorRef<String>, String>ask(
            echo, replyTo -> replyTo, Duration.ofSeconds(1), echo.scheduler())
        .thenAccept(_ -> simulation.execute(() -> {}));
    assertThatThrownBy(
            () -> {
              try (simulation) {
                simulation.run(Duration.ofSeconds(5));
              }
            })
        .isInstanceOf(SimulationFailed.class)
        .hasMessageContaining("commonPool");
  }

  @Test
  void anAsyncFutureIsCaught() {
    Simulation simulation = new Simulation(5);
    ActorSystem<String> system = simulation.createSystem(Behaviors.ignore(), "target");
    CompletableFuture.runAsync(() -> system.tell("from the pool"));
    assertThatThrownBy(simulation::close).isInstanceOf(SimulationFailed.class);
  }

  @Test
  void aThreadLeftBehindFailsTheRun() throws InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    Simulation simulation = new Simulation(5);
    Thread leftover =
        new Thread(
            () -> {
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "leftover");
    leftover.start();
    assertThatThrownBy(simulation::close)
        .isInstanceOf(SimulationFailed.class)
        .hasMessageContaining("\"leftover\" was started and still runs");
    release.countDown();
    leftover.join();
  }

  @Test
  void aThreadOfAnUnsimulatedDispatcherIsCaught() {
    Simulation simulation = new Simulation(5);
    joined(
        () ->
            assertThatThrownBy(() -> simulation.createSystem(Behaviors.empty(), "elsewhere"))
                .hasMessageContaining("foreign"),
        "intruder");
    assertThat(simulation.violations()).hasSize(1);
  }
}
