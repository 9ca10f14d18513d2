package io.xengarden.abi;

import io.xengarden.machine.Memory;
import java.lang.invoke.VarHandle;

/**
 * The one-page ring that block and network devices share: four free-running u32 indices, then a
 * power of two of slots, each of which holds a request and later a response. Source:
 * xen/include/public/io/ring.h.
 *
 * <p>{@code base} is the ring's address in {@code memory}: 0 in a page view, the page's address in
 * guest memory.
 */
public final class SharedRing {
  public static final int REQ_PROD = 0;
  public static final int REQ_EVENT = 4;
  public static final int RSP_PROD = 8;
  public static final int RSP_EVENT = 12;
  public static final int ENTRIES = 64;

  private SharedRing() {}

  /** Empties the ring; the next message of either side rings. Frontend only. */
  public static void init(Memory memory, long base) {
    memory.fill(base, ENTRIES, (byte) 0);
    memory.putInt(base + REQ_EVENT, 1);
    memory.putIntRelease(base + RSP_EVENT, 1);
  }

  /** How many slots of {@code entrySize} bytes a one-page ring has. */
  public static int slots(int entrySize) {
    return Integer.highestOneBit((Memory.PAGE_SIZE - ENTRIES) / entrySize);
  }

  /** The address of the slot that a free-running index falls on; always inside the page. */
  public static long slot(long base, int index, int slots, int entrySize) {
    return base + ENTRIES + (long) (index & (slots - 1)) * entrySize;
  }

  /** Publishes the producer index; whether the other side asked to be told of any of these. */
  static boolean push(Memory memory, long producer, int oldProd, int newProd) {
    memory.putIntRelease(producer, newProd);
    VarHandle.fullFence(); // the index is out before we look whether they sleep
    int event = memory.getIntAcquire(producer + (REQ_EVENT - REQ_PROD));
    return Integer.compareUnsigned(newProd - event, newProd - oldProd) < 0;
  }

  static int unconsumed(Memory memory, long producer, int consumed, int limit) {
    int count = memory.getIntAcquire(producer) - consumed;
    if (Integer.compareUnsigned(count, limit) > 0) {
      throw new RingCorrupt(
          "producer is " + Integer.toUnsignedString(count) + " ahead, at most " + limit);
    }
    return count;
  }

  /** Asks to be told of the next message; true when one came before the other side could know. */
  static boolean finalCheck(Memory memory, long producer, int consumed) {
    if (memory.getIntAcquire(producer) != consumed) {
      return true;
    }
    memory.putIntRelease(producer + (REQ_EVENT - REQ_PROD), consumed + 1);
    VarHandle.fullFence(); // our wish is out before the last look
    return memory.getIntAcquire(producer) != consumed;
  }
}
