package io.xengarden.node.array;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RegisterStateProperties {
  record Attempt(int domain, int believedAgo, boolean remove, String owner) {}

  @Provide
  Arbitrary<List<Attempt>> attempts() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 3),
            Arbitraries.integers().between(0, 2),
            Arbitraries.of(true, false, false),
            Arbitraries.of("host1", "host2", "host3"))
        .as(Attempt::new)
        .list()
        .ofMaxSize(60);
  }

  /** Two hosts can never both win the same epoch of a domain, and none is ever given twice. */
  @Property
  void epochsOnlyGrowAndOnlyTheCurrentBeliefWins(@ForAll("attempts") List<Attempt> attempts) {
    RegisterState state = new RegisterState();
    Map<UUID, Long> highest = new HashMap<>();
    for (Attempt attempt : attempts) {
      UUID uuid = new UUID(1, attempt.domain());
      long current = state.ownership(uuid).map(Ownership::epoch).orElse(0L);
      long believed = Math.max(0, current - attempt.believedAgo());
      Optional<Ownership> next =
          attempt.remove() ? Optional.empty() : Optional.of(proposal(uuid, attempt.owner()));
      Optional<RegisterEntry> entry = state.decideSwap(uuid, believed, next);

      boolean removesNothing = current == 0 && attempt.remove();
      assertThat(entry.isPresent()).isEqualTo(believed == current && !removesNothing);
      entry.ifPresent(state::apply);
      if (entry.isPresent() && !attempt.remove()) {
        long epoch = state.ownership(uuid).orElseThrow().epoch();
        assertThat(epoch).isGreaterThan(highest.getOrDefault(uuid, 0L));
        highest.put(uuid, epoch);
      }
    }
  }

  @Property
  void aSnapshotMakesTheSameStateAndTheSameNextEpochs(@ForAll("attempts") List<Attempt> attempts) {
    RegisterState state = new RegisterState();
    state.apply(new RegisterEntry.FormerClaimed("host2"));
    List<UUID> uuids = new ArrayList<>();
    for (Attempt attempt : attempts) {
      UUID uuid = new UUID(1, attempt.domain());
      uuids.add(uuid);
      long current = state.ownership(uuid).map(Ownership::epoch).orElse(0L);
      Optional<Ownership> next =
          attempt.remove() ? Optional.empty() : Optional.of(proposal(uuid, attempt.owner()));
      state.decideSwap(uuid, current, next).ifPresent(state::apply);
    }
    RegisterState again = new RegisterState();
    state.snapshot().forEach(again::apply);

    assertThat(again.snapshot()).isEqualTo(state.snapshot());
    for (UUID uuid : uuids) {
      long current = state.ownership(uuid).map(Ownership::epoch).orElse(0L);
      Optional<Ownership> next = Optional.of(proposal(uuid, "host3"));
      assertThat(again.decideSwap(uuid, current, next))
          .isEqualTo(state.decideSwap(uuid, current, next));
    }
  }

  static Ownership proposal(UUID uuid, String owner) {
    return new Ownership(uuid, owner, 1, 0, "attempt", new Ownership.Description("web", 524288, 1));
  }
}
