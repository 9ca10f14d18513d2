package io.xengarden.node.array;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The register's content and its rules. Deciding and applying are apart, so that an entry is
 * durable before it takes effect: {@code decide…} changes nothing, {@link #apply} is total.
 *
 * <p>Epochs: a record's next epoch is one more than its last; a new record starts above the highest
 * epoch that was ever removed. So no uuid sees an epoch twice, and no tombstones are kept.
 */
final class RegisterState {
  /** Records the register holds at most; one per running domain of the cluster. */
  static final int MAX_OWNERSHIPS = 100_000;

  /** Hosts the cluster may have at most. */
  static final int MAX_HOSTS = 1_000;

  private final SequencedMap<UUID, Ownership> ownerships = new TreeMap<>();
  private final SequencedMap<String, HostRecord> hosts = new TreeMap<>();
  private String former = "";
  private long highestRemovedEpoch;

  Optional<Ownership> ownership(UUID uuid) {
    return Optional.ofNullable(ownerships.get(uuid));
  }

  Collection<Ownership> ownerships() {
    return List.copyOf(ownerships.values());
  }

  Collection<HostRecord> hosts() {
    return List.copyOf(hosts.values());
  }

  /** The host that may form the membership cluster alone, or "". */
  String former() {
    return former;
  }

  /** Whether a record for one more uuid would pass the limit. */
  boolean isFullFor(UUID uuid) {
    return ownerships.size() >= MAX_OWNERSHIPS && !ownerships.containsKey(uuid);
  }

  boolean isFullFor(HostRecord host) {
    return hosts.size() >= MAX_HOSTS && !hosts.containsKey(host.name());
  }

  /** Entries of a {@link #snapshot}, at most. */
  int size() {
    return ownerships.size() + hosts.size() + 2;
  }

  /** What a swap of ownership would write, or empty when the expectation does not hold. */
  Optional<RegisterEntry> decideSwap(UUID uuid, long expectedEpoch, Optional<Ownership> next) {
    Ownership current = ownerships.get(uuid);
    long currentEpoch = current == null ? 0 : current.epoch();
    if (currentEpoch != expectedEpoch || current == null && next.isEmpty()) {
      return Optional.empty();
    }
    long epoch = current == null ? highestRemovedEpoch + 1 : currentEpoch + 1;
    return Optional.of(
        next.<RegisterEntry>map(o -> new RegisterEntry.OwnershipPut(o.withEpoch(epoch)))
            .orElseGet(() -> new RegisterEntry.OwnershipRemoved(uuid, currentEpoch)));
  }

  /** A process keeps its incarnation, however often and late its announcement arrives. */
  RegisterEntry.HostAnnounced decideAnnouncement(HostRecord host) {
    HostRecord earlier = hosts.get(host.name());
    long last = earlier == null ? 0 : earlier.incarnation();
    boolean sameProcess = earlier != null && earlier.process().equals(host.process());
    return new RegisterEntry.HostAnnounced(host.withIncarnation(sameProcess ? last : last + 1));
  }

  Optional<RegisterEntry> decideClaim(String expected, String host) {
    return former.equals(expected)
        ? Optional.of(new RegisterEntry.FormerClaimed(host))
        : Optional.empty();
  }

  void apply(RegisterEntry entry) {
    switch (entry) {
      case RegisterEntry.OwnershipPut(var ownership) -> ownerships.put(ownership.uuid(), ownership);
      case RegisterEntry.OwnershipRemoved(var uuid, var epoch) -> {
        ownerships.remove(uuid);
        highestRemovedEpoch = Math.max(highestRemovedEpoch, epoch);
      }
      case RegisterEntry.HostAnnounced(var host) -> hosts.put(host.name(), host);
      case RegisterEntry.FormerClaimed(var host) -> former = host;
    }
  }

  /** The fewest entries that make the same state from nothing: what a compacted journal holds. */
  List<RegisterEntry> snapshot() {
    List<RegisterEntry> entries = new ArrayList<>();
    if (highestRemovedEpoch > 0) {
      entries.add(new RegisterEntry.OwnershipRemoved(new UUID(0, 0), highestRemovedEpoch));
    }
    if (!former.isEmpty()) {
      entries.add(new RegisterEntry.FormerClaimed(former));
    }
    hosts.values().forEach(host -> entries.add(new RegisterEntry.HostAnnounced(host)));
    ownerships.values().forEach(o -> entries.add(new RegisterEntry.OwnershipPut(o)));
    return entries;
  }
}
