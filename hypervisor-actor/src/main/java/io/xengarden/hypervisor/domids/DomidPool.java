package io.xengarden.hypervisor.domids;

import io.xengarden.abi.Domid;
import java.time.Duration;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Ids for domains: the next free one after the last given, wrapping to 1. An id that was released
 * is not given again for {@link #REUSE_GUARD}, so that a late message about the old domain does not
 * reach a new one; when every free id is that recent, the one that was released first is taken.
 */
public final class DomidPool {
  /** How long an id is not reused, as in libxl. */
  public static final Duration REUSE_GUARD = Duration.ofSeconds(60);

  private static final int FIRST = 1;
  private static final int LAST = Domid.FIRST_RESERVED - 1;

  /** What an id is at one instant. */
  public enum Availability {
    FREE,
    RECENTLY_USED,
    IN_USE,
    /** 0 and the reserved ones. */
    NOT_A_GUEST
  }

  private final BitSet inUse = new BitSet();

  /** When each recently used id was released; oldest first, by insertion. */
  private final LinkedHashMap<Integer, Long> releasedAt = new LinkedHashMap<>();

  private int last;

  public Availability availability(int domid, long now) {
    forget(now);
    if (domid < FIRST || domid > LAST) {
      return Availability.NOT_A_GUEST;
    }
    if (inUse.get(domid)) {
      return Availability.IN_USE;
    }
    return releasedAt.containsKey(domid) ? Availability.RECENTLY_USED : Availability.FREE;
  }

  /** Takes an id that is free; where next-fit goes on is not changed by it, as in Xen. */
  public void take(int domid) {
    if (domid < FIRST || domid > LAST || inUse.get(domid)) {
      throw new IllegalArgumentException("domid " + domid + " is not free");
    }
    releasedAt.remove(domid);
    inUse.set(domid);
  }

  /** Takes the next id; empty when all {@value #LAST} are in use. */
  public OptionalInt takeNext(long now) {
    forget(now);
    int next = firstFree(last + 1, LAST);
    if (next < 0) {
      next = firstFree(FIRST, last);
    }
    if (next < 0 && !releasedAt.isEmpty()) {
      next = releasedAt.firstEntry().getKey();
    }
    if (next < 0) {
      return OptionalInt.empty();
    }
    take(next);
    last = next;
    return OptionalInt.of(next);
  }

  private int firstFree(int from, int to) {
    for (int id = inUse.nextClearBit(Math.max(from, FIRST)); id <= to; ) {
      if (!releasedAt.containsKey(id)) {
        return id;
      }
      id = inUse.nextClearBit(id + 1);
    }
    return -1;
  }

  public void release(int domid, long now) {
    if (!inUse.get(domid)) {
      throw new IllegalArgumentException("domid " + domid + " is not in use");
    }
    inUse.clear(domid);
    releasedAt.put(domid, now);
  }

  private void forget(long now) {
    Iterator<Map.Entry<Integer, Long>> oldest = releasedAt.entrySet().iterator();
    while (oldest.hasNext() && now - oldest.next().getValue() >= REUSE_GUARD.toNanos()) {
      oldest.remove();
    }
  }
}
