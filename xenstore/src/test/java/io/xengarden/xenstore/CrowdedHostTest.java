package io.xengarden.xenstore;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.Domid;
import io.xengarden.abi.XenstoreOp;
import io.xengarden.machine.HostMemory;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.Simulation;
import io.xengarden.sim.SimulationRunner;
import io.xengarden.xenstore.ring.GuestEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * Guests, one of them hostile, and dom0 at once: everybody gets an answer to all that was asked.
 */
class CrowdedHostTest {
  private static final int GUESTS = 6;
  private static final int HOSTILE = GUESTS;
  private static final Duration STORY = Duration.ofSeconds(2);

  /** A guest that asks and reads at random moments, as its vCPU gets to run. */
  private static final class Guest {
    final GuestEnd end;
    final RingBell bell;
    final RandomGenerator chance;
    int asked;
    int answered;
    int events;

    Guest(Simulation simulation, GuestEnd end, RingBell bell, String name) {
      this.end = end;
      this.bell = bell;
      this.chance = simulation.random(name);
    }

    void run(Simulation simulation) {
      for (String message : end.take()) {
        if (message.startsWith("event ")) {
          events++;
        } else {
          answered++;
        }
        simulation.record(message);
      }
      if (simulation.elapsed().compareTo(STORY) < 0) {
        ask();
        simulation.schedule(Duration.ofMillis(chance.nextInt(1, 20)), () -> run(simulation));
      }
      bell.raise();
    }

    private void ask() {
      for (int i = chance.nextInt(6); i > 0; i--) {
        String path = "data/" + chance.nextInt(4);
        boolean sent =
            switch (chance.nextInt(5)) {
              case 0 -> end.send(XenstoreOp.WRITE, path + "|" + chance.nextInt());
              case 1 -> end.send(XenstoreOp.RM, path + "|");
              case 2 -> end.send(XenstoreOp.WATCH, path + "|" + chance.nextInt() + "|");
              case 3 -> end.send(XenstoreOp.READ, path + "|");
              default -> end.send(XenstoreOp.DIRECTORY, "data|");
            };
        asked += sent ? 1 : 0;
      }
    }

    void misbehave(Simulation simulation) {
      if (simulation.elapsed().compareTo(STORY) < 0) {
        end.page().putInt(4L * chance.nextInt(0, 520), chance.nextInt());
        end.page().putInt(2068, chance.nextInt(2));
        bell.raise();
        simulation.schedule(Duration.ofMillis(chance.nextInt(1, 5)), () -> misbehave(simulation));
      }
    }
  }

  @Test
  void everybodyIsAnswered() {
    SimulationRunner.over(Seeds.first(40)).run(CrowdedHostTest::play);
  }

  private static void play(Simulation simulation) {
    try (HostMemory ram = HostMemory.ofFrames(GUESTS + 1)) {
      ActorSystem<XenStoreCommand> store = simulation.createSystem(XenStore.create(), "store");
      List<BatchResult> results = new ArrayList<>();
      ActorRef<BatchResult> replyTo =
          store.systemActorOf(
              Behaviors.receive(
                  (_, message) -> {
                    results.add(message);
                    return Behaviors.same();
                  }),
              "toolstack",
              Props.empty());
      List<Guest> guests = new ArrayList<>();
      for (int domid = 1; domid <= GUESTS; domid++) {
        guests.add(introduce(simulation, store, replyTo, new GuestEnd(ram, domid)));
      }
      simulation.run(STORY.plusSeconds(1));
      for (int i = 0; i < 50; i++) {
        guests.subList(0, HOSTILE - 1).forEach(guest -> guest.run(simulation));
        simulation.runUntilIdle();
      }
      for (Guest guest : guests.subList(0, HOSTILE - 1)) {
        assertThat(guest.asked).as("the story is not trivial").isGreaterThan(100);
        assertThat(guest.answered).isEqualTo(guest.asked);
        assertThat(guest.events).isPositive();
      }
      assertThat(results).hasSize(GUESTS).allMatch(BatchResult.BatchDone.class::isInstance);
    }
  }

  private static Guest introduce(
      Simulation simulation,
      ActorSystem<XenStoreCommand> store,
      ActorRef<BatchResult> replyTo,
      GuestEnd end) {
    Domid domid = Domid.of((int) end.mfn());
    String data = "/local/domain/" + domid + "/data";
    store.tell(
        new XenStoreCommand.Batch(
            List.of(new StoreOp.Mkdir(data), new StoreOp.SetPerms(data, "n" + domid)), replyTo));
    store.tell(new XenStoreCommand.Introduce(domid, end.page(), end));
    Guest guest = new Guest(simulation, end, new RingBell(store, domid), "guest " + domid);
    // The page is served once the store has got the message: a guest starts later than that.
    simulation.schedule(
        Duration.ofMillis(1),
        () -> {
          if (domid.value() == HOSTILE) {
            guest.misbehave(simulation);
          } else {
            guest.run(simulation);
          }
        });
    return guest;
  }
}
