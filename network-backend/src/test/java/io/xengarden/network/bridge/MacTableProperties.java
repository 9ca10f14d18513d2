package io.xengarden.network.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The table against a map that does the same slowly. */
class MacTableProperties {
  private static final int DOMAINS = 40;
  private static final int LOCATIONS = 5;
  private static final long AGEING_S = MacTable.AGEING.toSeconds();
  private static final long NS_PER_S = 1_000_000_000;

  sealed interface Step {}

  record Learn(long address, int location, int domain) implements Step {}

  record Forget(int location) implements Step {}

  record Wait(int seconds) implements Step {}

  private record Entry(int location, long seenAt) {}

  /** Few addresses, so that they meet; by steps of 2^32, so that they share low bits. */
  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Step> learn =
        Combinators.combine(
                Arbitraries.longs().between(1, 60).map(n -> n % 2 == 0 ? n : n << 32),
                Arbitraries.integers().between(0, LOCATIONS - 1),
                Arbitraries.integers().between(0, DOMAINS - 1))
            .as(Learn::new);
    Arbitrary<Step> forget = Arbitraries.integers().between(0, LOCATIONS - 1).map(Forget::new);
    Arbitrary<Step> wait = Arbitraries.integers().between(1, 200).map(Wait::new);
    return Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(20, learn),
            net.jqwik.api.Tuple.of(1, forget),
            net.jqwik.api.Tuple.of(2, wait))
        .list()
        .ofMaxSize(200);
  }

  @Property(tries = 300)
  void findsWhatWasLearnedAndIsNotTooOld(@ForAll("steps") List<Step> steps) {
    MacTable table = new MacTable();
    TreeMap<Long, Entry> model = new TreeMap<>();
    List<Peer> locations =
        java.util.stream.IntStream.range(0, LOCATIONS).mapToObj(n -> new Peer("host" + n)).toList();
    List<Owner> owners =
        java.util.stream.IntStream.range(0, DOMAINS)
            .mapToObj(n -> new Owner(new UUID(0, n)))
            .toList();
    long now = 0;
    for (Step step : steps) {
      switch (step) {
        case Learn(var address, var location, var domain) -> {
          table.learn(address, locations.get(location), owners.get(domain), now * NS_PER_S);
          model.put(address, new Entry(location, now));
        }
        case Forget(var location) -> {
          table.forget(locations.get(location)::equals);
          model.values().removeIf(entry -> entry.location() == location);
        }
        case Wait(var seconds) -> now += seconds;
      }
      for (long address = 1; address <= 60; address++) {
        for (long each : new long[] {address, address << 32}) {
          Entry entry = model.get(each);
          Peer expected =
              entry == null || now - entry.seenAt() >= AGEING_S
                  ? null
                  : locations.get(entry.location());
          assertThat(table.find(each, now * NS_PER_S)).isEqualTo(expected);
        }
      }
      assertThat(owners.stream().mapToInt(owner -> owner.addresses.get()).sum())
          .isEqualTo(table.size());
    }
  }
}
