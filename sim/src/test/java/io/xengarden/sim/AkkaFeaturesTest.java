package io.xengarden.sim;

import static org.assertj.core.api.Assertions.assertThat;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import akka.util.Timeout;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scala.concurrent.duration.FiniteDuration;
import scala.reflect.ClassTag;

/** What our actors use of Akka, unchanged, in virtual time. */
class AkkaFeaturesTest {
  private final Simulation simulation = new Simulation(77);
  private final List<String> seen = new ArrayList<>();

  @AfterEach
  void endsClean() {
    simulation.close();
  }

  private void see(String what) {
    seen.add(simulation.elapsed().toMillis() + " " + what);
  }

  private Behavior<String> seeing() {
    return Behaviors.receiveMessage(
        message -> {
          see(message);
          return Behaviors.same();
        });
  }

  private Behavior<String> withTimers(Consumer<TimerScheduler<String>> start) {
    return Behaviors.withTimers(
        timers -> {
          start.accept(timers);
          return seeing();
        });
  }

  private void play(Behavior<String> guardian, Duration duration) {
    simulation.createSystem(guardian, "host");
    simulation.run(duration);
  }

  @Test
  void singleTimersFireOnceAndAtTheirTime() {
    play(
        withTimers(timers -> timers.startSingleTimer("lease", Duration.ofSeconds(30))),
        Duration.ofHours(1));
    assertThat(seen).containsExactly("30000 lease");
  }

  @Test
  void aCancelledTimerIsSilent() {
    play(
        withTimers(
            timers -> {
              timers.startSingleTimer("key", "never", Duration.ofSeconds(30));
              timers.startSingleTimer("key", "instead", Duration.ofSeconds(40));
              timers.startSingleTimer("gone", "gone", Duration.ofSeconds(1));
              timers.cancel("gone");
            }),
        Duration.ofHours(1));
    assertThat(seen).containsExactly("40000 instead");
  }

  @Test
  void fixedRateTimersKeepTheirRate() {
    play(
        withTimers(timers -> timers.startTimerAtFixedRate("tick", Duration.ofSeconds(10))),
        Duration.ofSeconds(35));
    assertThat(seen).containsExactly("10000 tick", "20000 tick", "30000 tick");
  }

  @Test
  void fixedDelayTimersRepeat() {
    play(
        withTimers(
            timers ->
                timers.startTimerWithFixedDelay(
                    "tick", Duration.ofMillis(500), Duration.ofMillis(250))),
        Duration.ofSeconds(1));
    assertThat(seen).containsExactly("500 tick", "750 tick", "1000 tick");
  }

  @Test
  void scheduleOnceOfTheContextFires() {
    play(
        Behaviors.setup(
            context -> {
              context.scheduleOnce(Duration.ofMinutes(2), context.getSelf(), "later");
              return seeing();
            }),
        Duration.ofHours(1));
    assertThat(seen).containsExactly("120000 later");
  }

  @Test
  void receiveTimeoutFiresAfterSilence() {
    play(
        Behaviors.setup(
            context -> {
              context.setReceiveTimeout(Duration.ofSeconds(5), "silence");
              context.scheduleOnce(Duration.ofSeconds(3), context.getSelf(), "noise");
              return Behaviors.receiveMessage(
                  message -> {
                    see(message);
                    return message.equals("silence") ? Behaviors.ignore() : Behaviors.same();
                  });
            }),
        Duration.ofMinutes(1));
    assertThat(seen).startsWith("3000 noise", "8000 silence");
  }

  /** The ask without a hop to the common pool, as production code must do it. */
  private static <T, Q> void ask(
      ActorContext<T> context, ActorRef<Q> to, Duration timeout, AskStory<T, Q> story) {
    context
        .asScala()
        .<Q, String>ask(
            to,
            story.request()::apply,
            reply ->
                reply.isSuccess()
                    ? story.map().apply(reply.get(), null)
                    : story.map().apply(null, reply.failed().get()),
            new Timeout(FiniteDuration.fromNanos(timeout.toNanos())),
            ClassTag.apply(String.class));
  }

  private record AskStory<T, Q>(
      java.util.function.Function<ActorRef<String>, Q> request,
      BiFunction<String, Throwable, T> map) {}

  private Behavior<String> asking(Behavior<ActorRef<String>> answering) {
    return Behaviors.setup(
        context -> {
          ActorRef<ActorRef<String>> other = context.spawn(answering, "other");
          ask(
              context,
              other,
              Duration.ofSeconds(3),
              new AskStory<>(
                  replyTo -> replyTo,
                  (reply, failure) ->
                      failure == null ? reply : failure.getClass().getSimpleName()));
          return seeing();
        });
  }

  @Test
  void askIsAnswered() {
    Behavior<ActorRef<String>> answering =
        Behaviors.receiveMessage(
            replyTo -> {
              replyTo.tell("yes");
              return Behaviors.same();
            });
    play(asking(answering), Duration.ofMinutes(1));
    assertThat(seen).containsExactly("0 yes");
  }

  @Test
  void askTimesOut() {
    play(asking(Behaviors.ignore()), Duration.ofMinutes(1));
    assertThat(seen).containsExactly("3000 TimeoutException");
  }

  @Test
  void aStashIsReplayedInOrder() {
    ActorSystem<String> system =
        simulation.createSystem(
            Behaviors.<String>withStash(
                10,
                stash ->
                    Behaviors.receiveMessage(
                        message -> {
                          if (message.equals("open")) {
                            return stash.unstashAll(seeing());
                          }
                          stash.stash(message);
                          return Behaviors.same();
                        })),
            "host");
    List.of("a", "b", "open", "c").forEach(system::tell);
    simulation.run(Duration.ofSeconds(1));
    assertThat(seen).containsExactly("0 a", "0 b", "0 c");
  }

  @Test
  void aRestartWithBackoffWaits() {
    Behavior<String> failing =
        Behaviors.setup(
            _ -> {
              see("start");
              return Behaviors.receiveMessage(
                  _ -> {
                    throw new IllegalStateException("crash");
                  });
            });
    Behavior<String> supervised =
        Behaviors.supervise(failing)
            .onFailure(
                SupervisorStrategy.restartWithBackoff(
                        Duration.ofSeconds(10), Duration.ofSeconds(60), 0)
                    .withMaxRestarts(3)
                    .withResetBackoffAfter(Duration.ofHours(2)));
    ActorSystem<String> system = simulation.createSystem(supervised, "host");
    for (int i = 0; i < 5; i++) {
      system.tell("crash");
      simulation.run(Duration.ofMinutes(2));
    }
    assertThat(seen).containsExactly("0 start", "10000 start", "140000 start", "280000 start");
  }

  @Test
  void theEndOfAWatchedActorIsSeen() {
    play(
        Behaviors.setup(
            context -> {
              ActorRef<String> child =
                  context.spawn(
                      Behaviors.receive(String.class)
                          .onMessageEquals("end", Behaviors::stopped)
                          .onSignal(PostStop.class, _ -> stopped())
                          .build(),
                      "child");
              context.watch(child);
              context.scheduleOnce(Duration.ofSeconds(4), child, "end");
              return Behaviors.receive(String.class)
                  .onSignal(
                      Terminated.class,
                      signal -> {
                        see(signal.getRef().path().name() + " terminated");
                        return Behaviors.same();
                      })
                  .build();
            }),
        Duration.ofMinutes(1));
    assertThat(seen).containsExactly("4000 child stopped", "4000 child terminated");
  }

  private Behavior<String> stopped() {
    see("child stopped");
    return Behaviors.same();
  }

  @Test
  void theReceptionistTellsWhoIsThere() {
    ServiceKey<String> key = ServiceKey.create(String.class, "disk");
    Behavior<Receptionist.Listing> guardian =
        Behaviors.setup(
            context -> {
              context
                  .getSystem()
                  .receptionist()
                  .tell(Receptionist.subscribe(key, context.getSelf()));
              for (int i = 0; i < 3; i++) {
                ActorRef<String> disk = context.spawn(Behaviors.ignore(), "disk-" + i);
                context.getSystem().receptionist().tell(Receptionist.register(key, disk));
              }
              return Behaviors.receiveMessage(
                  listing -> {
                    see(listing.getServiceInstances(key).size() + " disks");
                    return Behaviors.same();
                  });
            });
    simulation.createSystem(guardian, "host");
    simulation.run(Duration.ofSeconds(1));
    assertThat(seen).isNotEmpty().last().isEqualTo("0 3 disks");
  }

  @Test
  void coordinatedShutdownRunsItsPhasesInVirtualTime() {
    ActorSystem<String> system = simulation.createSystem(seeing(), "host");
    CoordinatedShutdown.get(system)
        .addTask(
            CoordinatedShutdown.PhaseServiceUnbind(),
            "say goodbye",
            () -> {
              see("unbind");
              CompletableFuture<Done> done = new CompletableFuture<>();
              simulation.schedule(Duration.ofSeconds(2), () -> done.complete(Done.getInstance()));
              return done;
            });
    system.terminate();
    boolean ended =
        simulation.runUntil(() -> system.whenTerminated().isCompleted(), Duration.ofMinutes(1));
    assertThat(ended).isTrue();
    assertThat(seen).containsExactly("0 unbind");
    assertThat(simulation.elapsed()).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
  }

  /** Each of these dispatchers has threads of its own in production. */
  @Test
  void everyDispatcherRunsOnTheSimulationsThread() {
    Thread driver = Thread.currentThread();
    Behavior<String> guardian =
        Behaviors.setup(
            context -> {
              for (DispatcherSelector dispatcher :
                  List.of(
                      DispatcherSelector.defaultDispatcher(),
                      DispatcherSelector.blocking(),
                      DispatcherSelector.fromConfig("akka.actor.internal-dispatcher"),
                      DispatcherSelector.fromConfig("xengarden.io-dispatcher"),
                      DispatcherSelector.fromConfig("someone.elses.pool"))) {
                context.spawnAnonymous(runningOn(driver), dispatcher).tell("where");
              }
              return Behaviors.empty();
            });
    String pool = "someone.elses.pool { type = PinnedDispatcher, executor = thread-pool-executor }";
    simulation.createSystem(guardian, "host", ConfigFactory.parseString(pool));
    simulation.run(Duration.ofSeconds(1));
    assertThat(seen).hasSize(5).containsOnly("0 true");
  }

  private Behavior<String> runningOn(Thread driver) {
    return Behaviors.receiveMessage(
        _ -> {
          see(String.valueOf(Thread.currentThread() == driver));
          return Behaviors.same();
        });
  }

  @Test
  void aHundredSystemsShareOneRun() {
    for (int i = 0; i < 100; i++) {
      simulation.createSystem(
          withTimers(timers -> timers.startTimerAtFixedRate("beat", Duration.ofSeconds(1))),
          "host" + i);
    }
    simulation.run(Duration.ofSeconds(10));
    assertThat(seen).hasSize(1000);
  }
}
