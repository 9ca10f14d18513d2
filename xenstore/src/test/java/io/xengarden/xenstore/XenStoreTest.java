package io.xengarden.xenstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.XenstoreOp;
import io.xengarden.machine.HostMemory;
import io.xengarden.sim.Simulation;
import io.xengarden.xenstore.ring.GuestEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class XenStoreTest {
  private static final Domid WEB = Domid.of(5);

  /** Collects what it is told; ends at the word. */
  private sealed interface Ear {
    record Heard(WatchFired fired) implements Ear {}

    record End() implements Ear {}
  }

  private final Simulation simulation = new Simulation(1);
  private final ActorSystem<XenStoreCommand> store =
      simulation.createSystem(XenStore.create(), "store");
  private final HostMemory ram = HostMemory.ofFrames(2);
  private final List<String> heard = new ArrayList<>();

  @AfterEach
  void close() {
    simulation.close();
    ram.close();
  }

  private BatchResult batch(StoreOp... ops) {
    List<BatchResult> results = new ArrayList<>();
    ActorRef<BatchResult> replyTo = spawn(collecting(results), "batch");
    store.tell(new XenStoreCommand.Batch(List.of(ops), replyTo));
    simulation.runUntilIdle();
    assertThat(results).hasSize(1);
    return results.getFirst();
  }

  private <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
    return store.systemActorOf(
        behavior, name + "-" + simulation.steps(), akka.actor.typed.Props.empty());
  }

  private static <T> Behavior<T> collecting(List<T> into) {
    return Behaviors.receive(
        (_, message) -> {
          into.add(message);
          return Behaviors.same();
        });
  }

  private record Subscriber(ActorRef<Ear> ear, ActorRef<WatchFired> watch) {}

  private Subscriber subscriber() {
    List<ActorRef<WatchFired>> adapters = new ArrayList<>();
    ActorRef<Ear> ear =
        spawn(
            Behaviors.setup(
                context -> {
                  adapters.add(context.messageAdapter(WatchFired.class, Ear.Heard::new));
                  return Behaviors.receive(
                      (_, message) ->
                          switch (message) {
                            case Ear.Heard(var fired) -> {
                              heard.add(fired.path() + " " + fired.token());
                              yield Behaviors.same();
                            }
                            case Ear.End() -> Behaviors.stopped();
                          });
                }),
            "ear");
    simulation.runUntilIdle();
    return new Subscriber(ear, adapters.getFirst());
  }

  private List<String> heard() {
    simulation.runUntilIdle();
    List<String> taken = List.copyOf(heard);
    heard.clear();
    return taken;
  }

  private GuestEnd introduce(Domid domid, long mfn) {
    GuestEnd guest = new GuestEnd(ram, mfn);
    store.tell(new XenStoreCommand.Introduce(domid, guest.page(), guest));
    simulation.runUntilIdle();
    return guest;
  }

  @Test
  void aBatchGivesOneValuePerOperation() {
    BatchResult result =
        batch(
            new StoreOp.Write("/a/name", "wéb"),
            new StoreOp.Write("/a/domid", 5),
            new StoreOp.Mkdir("/a/device"),
            new StoreOp.SetPerms("/a/device", "n5", "r0"),
            new StoreOp.Read("/a/name"),
            new StoreOp.ReadIfPresent("/a/missing"),
            new StoreOp.List("/a"),
            new StoreOp.Exists("/a/domid"),
            new StoreOp.Exists("/a/missing"));
    assertThat(result)
        .isInstanceOfSatisfying(
            BatchResult.BatchDone.class,
            done -> {
              assertThat(done.values()).hasSize(9);
              assertThat(done.text(4)).contains("wéb");
              assertThat(done.text(5)).isEmpty();
              assertThat(done.names(6)).containsExactly("device", "domid", "name");
              assertThat(done.found(7)).isTrue();
              assertThat(done.found(8)).isFalse();
              assertThat(done.text(0)).isEqualTo(Optional.empty());
            });
  }

  @Test
  void aFailedBatchChangesNothingAndTellsNobody() {
    store.tell(new XenStoreCommand.Watch("/", "t", subscriber().watch()));
    heard();
    assertThat(
            batch(
                new StoreOp.Write("/a", "1"), new StoreOp.Read("/b"), new StoreOp.Write("/c", "1")))
        .isEqualTo(new BatchResult.BatchFailed(1, Errno.ENOENT, "/b"));
    assertThat(((BatchResult.BatchDone) batch(new StoreOp.Exists("/a"))).found(0)).isFalse();
    assertThat(heard()).isEmpty();
  }

  @Test
  void aBatchRefusesWhatTheWireCouldNotCarry() {
    assertThat(batch(new StoreOp.Write("/a/", "1")))
        .isEqualTo(new BatchResult.BatchFailed(0, Errno.EINVAL, "/a/"));
    assertThat(batch(new StoreOp.Write("relative", "1")))
        .isEqualTo(new BatchResult.BatchFailed(0, Errno.EINVAL, "relative"));
    assertThat(batch(new StoreOp.Mkdir("/a"), new StoreOp.Write("/a", "x".repeat(4097))))
        .isEqualTo(new BatchResult.BatchFailed(1, Errno.E2BIG, "/a"));
    assertThat(batch()).isEqualTo(new BatchResult.BatchDone(List.of()));
  }

  @Test
  void removingWhatIsNotThereIsFine() {
    assertThat(batch(new StoreOp.Remove("/not/there/at/all")))
        .isInstanceOf(BatchResult.BatchDone.class);
    assertThat(batch(new StoreOp.Remove("/")))
        .isEqualTo(new BatchResult.BatchFailed(0, Errno.EINVAL, "/"));
  }

  @Test
  void aWatchFiresAtOnceAndForEveryChange() {
    Subscriber subscriber = subscriber();
    store.tell(new XenStoreCommand.Watch("/a", "t", subscriber.watch()));
    assertThat(heard()).containsExactly("/a t");
    batch(new StoreOp.Write("/a/b", "1"), new StoreOp.Write("/a/b", "2"));
    assertThat(heard()).as("a batch is one step").containsExactly("/a/b t");
    store.tell(new XenStoreCommand.Watch("/a", "t", subscriber.watch()));
    assertThat(heard()).as("set already").isEmpty();
    batch(new StoreOp.Remove("/a"));
    assertThat(heard()).containsExactly("/a t");
  }

  @Test
  void anEndedWatchIsSilent() {
    Subscriber subscriber = subscriber();
    store.tell(new XenStoreCommand.Watch("/a", "t", subscriber.watch()));
    store.tell(new XenStoreCommand.Watch("/a", "u", subscriber.watch()));
    store.tell(new XenStoreCommand.Unwatch("/a", "t", subscriber.watch()));
    store.tell(new XenStoreCommand.Unwatch("/a", "never", subscriber.watch()));
    heard();
    batch(new StoreOp.Write("/a", "1"));
    assertThat(heard()).containsExactly("/a u");
    store.tell(new XenStoreCommand.Unwatch("/a", "u", subscriber.watch()));
    store.tell(new XenStoreCommand.Unwatch("/a", "u", subscriber.watch()));
    batch(new StoreOp.Write("/a", "2"));
    assertThat(heard()).isEmpty();
    store.tell(new XenStoreCommand.Watch("/a", "u", subscriber.watch()));
    assertThat(heard()).as("and may begin again").containsExactly("/a u");
  }

  @Test
  void theEndOfASubscriberEndsItsWatches() {
    Subscriber mortal = subscriber();
    Subscriber other = subscriber();
    store.tell(new XenStoreCommand.Watch("/a", "mortal", mortal.watch()));
    store.tell(new XenStoreCommand.Watch("/a", "other", other.watch()));
    heard();
    mortal.ear().tell(new Ear.End());
    simulation.runUntilIdle();
    batch(new StoreOp.Write("/a", "1"));
    assertThat(heard()).containsExactly("/a other");
  }

  @Test
  void malformedPathsAreTheSendersFault() {
    ActorRef<WatchFired> watch = subscriber().watch();
    assertThatThrownBy(() -> new XenStoreCommand.Watch("relative", "t", watch))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new XenStoreCommand.Unwatch("/a/", "t", watch))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aDomainIsServedThroughItsPage() {
    batch(new StoreOp.Write("/local/domain/5/name", "web"));
    batch(new StoreOp.SetPerms("/local/domain/5/name", "n0", "r5"));
    GuestEnd guest = introduce(WEB, 0);
    RingBell bell = new RingBell(store, WEB);
    guest.send(XenstoreOp.READ, "name|");
    bell.raise();
    simulation.runUntilIdle();
    assertThat(guest.take()).containsExactly("web");
    guest.send(XenstoreOp.READ, "name|");
    store.tell(new XenStoreCommand.RingKicked(WEB));
    simulation.runUntilIdle();
    assertThat(guest.take()).containsExactly("web");
  }

  @Test
  void aBatchReachesAGuestsWatch() {
    batch(new StoreOp.Mkdir("/local/domain/5/control"));
    batch(new StoreOp.SetPerms("/local/domain/5/control", "n0", "r5"));
    GuestEnd guest = introduce(WEB, 0);
    guest.send(XenstoreOp.WATCH, "control/shutdown|w|");
    store.tell(new XenStoreCommand.RingKicked(WEB));
    simulation.runUntilIdle();
    assertThat(guest.take()).containsExactly("OK|", "event control/shutdown|w|");
    batch(new StoreOp.Write("/local/domain/5/control/shutdown", "poweroff"));
    assertThat(guest.take()).containsExactly("event control/shutdown|w|");
  }

  @Test
  void howeverOftenAGuestRingsOneMessageWaits() {
    GuestEnd guest = introduce(WEB, 0);
    RingBell bell = new RingBell(store, WEB);
    simulation.runUntilIdle();
    long before = simulation.steps();
    for (int i = 0; i < 100_000; i++) {
      bell.raise();
    }
    simulation.runUntilIdle();
    assertThat(simulation.steps() - before).isLessThan(5);
    guest.send(XenstoreOp.GET_DOMAIN_PATH, "5|");
    bell.raise();
    simulation.runUntilIdle();
    assertThat(guest.take()).as("it can ring again").hasSize(1);
  }

  @Test
  void aBusyGuestTakesTurnsWithOthers() {
    GuestEnd greedy = introduce(WEB, 0);
    GuestEnd modest = introduce(Domid.of(6), 1);
    while (greedy.send(XenstoreOp.RESET_WATCHES, "")) {}
    modest.send(XenstoreOp.GET_DOMAIN_PATH, "6|");
    store.tell(new XenStoreCommand.RingKicked(WEB));
    store.tell(new XenStoreCommand.RingKicked(Domid.of(6)));
    List<Integer> greedyAnswers = new ArrayList<>();
    boolean answered =
        simulation.runUntil(
            () -> {
              greedyAnswers.add(greedy.take().size());
              return !modest.take().isEmpty();
            },
            java.time.Duration.ofSeconds(1));
    assertThat(answered).isTrue();
    int before = greedyAnswers.stream().mapToInt(Integer::intValue).sum();
    assertThat(before).as("answers the greedy one got before").isLessThan(64);
    simulation.runUntilIdle();
    assertThat(before + greedy.take().size()).as("in the end all").isEqualTo(64);
  }

  @Test
  void domainsComeAndGo() {
    Subscriber subscriber = subscriber();
    store.tell(new XenStoreCommand.Watch("@introduceDomain", "i", subscriber.watch()));
    store.tell(new XenStoreCommand.Watch("@releaseDomain/5", "r", subscriber.watch()));
    heard();
    introduce(WEB, 0);
    assertThat(heard()).containsExactly("@introduceDomain i");
    store.tell(new XenStoreCommand.DomainShutdown(WEB));
    store.tell(new XenStoreCommand.DomainShutdown(WEB));
    assertThat(heard()).containsExactly("@releaseDomain/5 r");
    store.tell(new XenStoreCommand.Resume(WEB));
    store.tell(new XenStoreCommand.DomainShutdown(WEB));
    assertThat(heard()).containsExactly("@releaseDomain/5 r");
    store.tell(new XenStoreCommand.DomainGone(WEB));
    assertThat(heard()).containsExactly("@releaseDomain/5 r");
    store.tell(new XenStoreCommand.DomainGone(WEB));
    store.tell(new XenStoreCommand.Release(WEB));
    store.tell(new XenStoreCommand.Resume(WEB));
    store.tell(new XenStoreCommand.RingKicked(WEB));
    assertThat(heard()).as("gone is gone").isEmpty();
  }
}
