package io.xengarden.xenstore.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.XenstoreOp;
import io.xengarden.abi.XenstoreRing;
import io.xengarden.machine.HostMemory;
import io.xengarden.xenstore.server.Store;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** A guest writes whatever it likes into its page, indices too, and rings; nobody else notices. */
class RingFuzzProperties {
  sealed interface Act {}

  /** Writes a word of the page, aligned. */
  record Poke(int word, int value) implements Act {}

  record Write(byte[] bytes) implements Act {}

  record Ask(XenstoreOp op, String payload) implements Act {}

  record Read() implements Act {}

  @Property(tries = 500)
  void noPageHurts(@ForAll("stories") List<Act> story) {
    try (HostMemory ram = HostMemory.ofFrames(2)) {
      Store store = new Store();
      RingTable rings = new RingTable(store);
      GuestEnd hostile = new GuestEnd(ram, 0);
      GuestEnd victim = new GuestEnd(ram, 1);
      rings.introduce(5, hostile.page(), hostile);
      rings.introduce(6, victim.page(), victim);
      for (Act act : story) {
        play(act, hostile);
        int turns = 0;
        while (rings.serve(5)) {
          assertThat(++turns).as("turns for one event").isLessThan(100);
        }
        rings.flush();
      }
      victim.send(XenstoreOp.GET_DOMAIN_PATH, "6|");
      rings.serve(6);
      assertThat(victim.take()).containsExactly("/local/domain/6|");
      assertThat(store.check()).isEmpty();
      rings.release(5);
      assertThat(store.check()).isEmpty();
    }
  }

  private static void play(Act act, GuestEnd guest) {
    try {
      switch (act) {
        case Poke(var word, var value) -> guest.page().putInt(4L * word, value);
        case Write(var bytes) -> guest.write(bytes);
        case Ask(var op, var payload) -> guest.send(op, payload);
        case Read() -> guest.read();
      }
    } catch (io.xengarden.abi.RingCorrupt ownDoing) {
      guest.page().putInt(XenstoreRing.CONNECTION, XenstoreRing.RECONNECT);
    }
  }

  @Provide
  Arbitrary<List<Act>> stories() {
    Arbitrary<Integer> word =
        Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.integers().between(512, 518)),
            Tuple.of(1, Arbitraries.integers().between(0, GuestEnd.PAGE_BYTES / 4 - 1)));
    Arbitrary<Act> poke =
        Combinators.combine(word, Arbitraries.integers()).as((w, value) -> new Poke(w, value));
    Arbitrary<Act> nudge =
        Combinators.combine(word, Arbitraries.integers().between(0, 2048))
            .as((w, value) -> new Poke(w, value));
    Arbitrary<Act> write = Arbitraries.bytes().array(byte[].class).ofMaxSize(64).map(Write::new);
    Arbitrary<Act> ask =
        Combinators.combine(
                Arbitraries.of(XenstoreOp.values()),
                Arbitraries.of("x|", "x|t|", "|", "", "T|", "5|", "x|" + "v".repeat(900)))
            .as(Ask::new);
    return Arbitraries.frequencyOf(
            Tuple.of(1, poke),
            Tuple.of(1, nudge),
            Tuple.of(1, write),
            Tuple.of(8, ask),
            Tuple.of(3, Arbitraries.just((Act) new Read())))
        .list()
        .ofMaxSize(60);
  }
}
