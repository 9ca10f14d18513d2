package io.xengarden.network.bridge;

import java.time.Duration;
import java.util.function.Predicate;

/**
 * Where addresses were last seen: a hash table of open addressing without boxes, for the data path.
 * Not safe for threads by itself.
 *
 * <p>An address that finds no room is not learned: its frames are flooded, nobody else's are. No
 * domain can take more than its share.
 */
final class MacTable {
  /** Addresses of one bridge. */
  static final int MAX_ADDRESSES = 4_096;

  /** Addresses of one domain. */
  static final int MAX_ADDRESSES_PER_DOMAIN = 64;

  /** How long an address is remembered that sends nothing; IEEE 802.1D's default. */
  static final Duration AGEING = Duration.ofSeconds(300);

  private static final int SLOTS = 2 * MAX_ADDRESSES;
  private static final long AGEING_NS = AGEING.toNanos();

  /** Old entries are looked for this often at most: a domain may send from a new one each time. */
  private static final long SWEEP_NS = Duration.ofSeconds(30).toNanos();

  private static final long GOLDEN = 0x9e37_79b9_7f4a_7c15L;

  private final long[] addresses = new long[SLOTS];
  private final Location[] locations = new Location[SLOTS];
  private final Owner[] owners = new Owner[SLOTS];
  private final long[] seenAt = new long[SLOTS];
  private int size;
  private long sweptAt = Long.MIN_VALUE / 2;

  /** Addresses held, also those that are too old. */
  int size() {
    return size;
  }

  /** The address was just seen there, sent by that domain. */
  void learn(long address, Location location, Owner owner, long now) {
    int slot = slotOf(address);
    if (locations[slot] == null) {
      if (!hasRoomFor(owner, now)) {
        return;
      }
      slot = slotOf(address); // making room moves entries
      addresses[slot] = address;
      size++;
      take(slot, owner);
    } else if (owners[slot] != owner) {
      owners[slot].addresses.decrementAndGet();
      take(slot, owner);
    }
    locations[slot] = location;
    seenAt[slot] = now;
  }

  private void take(int slot, Owner owner) {
    owners[slot] = owner;
    owner.addresses.incrementAndGet();
  }

  /** Where the address is, or null when that is not known, or not any more. */
  Location find(long address, long now) {
    int slot = slotOf(address);
    return locations[slot] != null && now - seenAt[slot] < AGEING_NS ? locations[slot] : null;
  }

  /** Nothing is there any more. */
  void forget(Predicate<Location> gone) {
    removeWhere(slot -> gone.test(locations[slot]));
  }

  private boolean hasRoomFor(Owner owner, long now) {
    if (!mayTake(owner) && now - sweptAt >= SWEEP_NS) {
      sweptAt = now;
      removeWhere(slot -> now - seenAt[slot] >= AGEING_NS);
    }
    return mayTake(owner);
  }

  private boolean mayTake(Owner owner) {
    return size < MAX_ADDRESSES && owner.addresses.get() < MAX_ADDRESSES_PER_DOMAIN;
  }

  /** The slot that holds the address, or the free one where it belongs. */
  private int slotOf(long address) {
    int slot = home(address);
    while (locations[slot] != null && addresses[slot] != address) {
      slot = next(slot);
    }
    return slot;
  }

  private static int home(long address) {
    return (int) (address * GOLDEN >>> 32) & (SLOTS - 1);
  }

  private static int next(int slot) {
    return (slot + 1) & (SLOTS - 1);
  }

  @FunctionalInterface
  private interface SlotTest {
    boolean test(int slot);
  }

  /** Removing may move another entry into the slot: it is looked at again. */
  private void removeWhere(SlotTest gone) {
    for (int slot = 0; slot < SLOTS; ) {
      if (locations[slot] != null && gone.test(slot)) {
        remove(slot);
      } else {
        slot++;
      }
    }
  }

  /** Closes the gap, so that every entry is still found from its home on. */
  private void remove(int removed) {
    owners[removed].addresses.decrementAndGet();
    size--;
    int gap = removed;
    for (int slot = next(gap); locations[slot] != null; slot = next(slot)) {
      int distance = (slot - home(addresses[slot])) & (SLOTS - 1);
      if (distance >= ((slot - gap) & (SLOTS - 1))) {
        addresses[gap] = addresses[slot];
        locations[gap] = locations[slot];
        owners[gap] = owners[slot];
        seenAt[gap] = seenAt[slot];
        gap = slot;
      }
    }
    locations[gap] = null;
    owners[gap] = null;
  }
}
