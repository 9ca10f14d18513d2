package io.xengarden.sim;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** A story with timers, chance, sets of ActorRefs and many messages, for tests of the kernel. */
final class Gossip {
  private Gossip() {}

  sealed interface Message {
    record Meet(List<ActorRef<Message>> others) implements Message {}

    record Tick() implements Message {}

    record Rumour(int number) implements Message {}
  }

  /** {@code members} actors that tell each other numbers until the simulation ends. */
  static Behavior<Message> town(int members, RandomGenerator random) {
    return Behaviors.setup(
        context -> {
          List<ActorRef<Message>> all = new ArrayList<>();
          for (int i = 0; i < members; i++) {
            all.add(context.spawn(member(random), "member-" + i));
          }
          all.forEach(member -> member.tell(new Message.Meet(List.copyOf(all))));
          return Behaviors.empty();
        });
  }

  private static Behavior<Message> member(RandomGenerator random) {
    return Behaviors.withTimers(
        timers -> {
          timers.startTimerWithFixedDelay(new Message.Tick(), Duration.ofMillis(100));
          List<ActorRef<Message>> known = new ArrayList<>();
          return Behaviors.receiveMessage(
              message -> {
                switch (message) {
                  case Message.Meet(var others) -> known.addAll(others);
                  case Message.Tick() -> tellSomeone(known, random.nextInt(5), random);
                  case Message.Rumour(var number) -> tellSomeone(known, number - 1, random);
                }
                return Behaviors.same();
              });
        });
  }

  private static void tellSomeone(
      List<ActorRef<Message>> known, int number, RandomGenerator random) {
    if (number > 0 && !known.isEmpty()) {
      known.get(random.nextInt(known.size())).tell(new Message.Rumour(number));
    }
  }

  /** Ten members for {@code duration}. */
  static void play(Simulation simulation, Duration duration) {
    simulation.createSystem(town(10, simulation.random()), "town");
    simulation.run(duration);
  }
}
