package io.xengarden.network.netback;

import io.xengarden.abi.NetifRing;
import io.xengarden.abi.RingCorrupt;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.machine.Memory;
import io.xengarden.network.Frame;

/**
 * The requests of one packet, each copied out of its slot once, so that the frontend cannot change
 * what has been checked. Reused: it makes no garbage. A packet is a request, slots of extra info
 * when it says so, then further requests for as long as each says that more data follows.
 */
final class TxPacket {
  private static final int OFFSET = 4;
  private static final int FLAGS = 6;
  private static final int ID = 8;
  private static final int SIZE = 10;

  /** XEN_NETIF_EXTRA_FLAG_MORE, in the second byte of a slot of extra info. */
  private static final int EXTRA_FLAGS = 1;

  private static final int EXTRA_FLAG_MORE = 1;

  private final int[] grefs = new int[NetifRing.MAX_SLOTS_PER_PACKET];
  private final int[] offsets = new int[NetifRing.MAX_SLOTS_PER_PACKET];
  private final int[] sizes = new int[NetifRing.MAX_SLOTS_PER_PACKET];

  // By slot.
  private final int[] ids = new int[NetifRing.SLOTS];
  private int slots;
  private int extras;

  /** Requests that carry data; more than fit are counted only. */
  private int pieces;

  private int flags;

  /**
   * Takes in the packet that begins at a slot.
   *
   * @param available slots that the frontend has filled from there on
   * @throws RingCorrupt when it does not end within them
   */
  void read(Memory ring, int first, int available) {
    slots = 0;
    extras = 0;
    pieces = 0;
    flags = readRequest(ring, first, available);
    for (boolean extra = (flags & NetifRing.TX_EXTRA_INFO) != 0; extra; ) {
      extra = readExtra(ring, first, available);
    }
    for (int last = flags; (last & NetifRing.TX_MORE_DATA) != 0; ) {
      last = readRequest(ring, first, available);
    }
  }

  private int readRequest(Memory ring, int first, int available) {
    long slot = nextSlot(first, available);
    ids[slots++] = Short.toUnsignedInt(ring.getShort(slot + ID));
    if (pieces < grefs.length) {
      grefs[pieces] = ring.getInt(slot);
      offsets[pieces] = Short.toUnsignedInt(ring.getShort(slot + OFFSET));
      sizes[pieces] = Short.toUnsignedInt(ring.getShort(slot + SIZE));
    }
    pieces++;
    return Short.toUnsignedInt(ring.getShort(slot + FLAGS));
  }

  /** Whether another one follows. */
  private boolean readExtra(Memory ring, int first, int available) {
    long slot = nextSlot(first, available);
    ids[slots++] = 0;
    extras++;
    return (ring.getByte(slot + EXTRA_FLAGS) & EXTRA_FLAG_MORE) != 0;
  }

  private long nextSlot(int first, int available) {
    if (slots == available) {
      throw new RingCorrupt("a packet of more than " + slots + " slots has no end");
    }
    return NetifRing.txSlot(0, first + slots);
  }

  int slots() {
    return slots;
  }

  int id(int slot) {
    return ids[slot];
  }

  boolean isExtra(int slot) {
    return slot > 0 && slot <= extras;
  }

  boolean hasBlankChecksum() {
    return (flags & NetifRing.TX_CSUM_BLANK) != 0;
  }

  /** As the first request says it. */
  int length() {
    return sizes[0];
  }

  boolean isValid(int maxLength) {
    if (extras > 0 || pieces > grefs.length) {
      return false;
    }
    if (length() < Frame.HEADER_LENGTH || length() > maxLength) {
      return false;
    }
    for (int i = 0; i < pieces; i++) {
      if (size(i) < 1 || offsets[i] + size(i) > Memory.PAGE_SIZE) {
        return false;
      }
    }
    return true;
  }

  /** Bytes in a request's page: the first one's size is the whole packet's. */
  private int size(int piece) {
    int size = sizes[piece];
    if (piece == 0) {
      for (int other = 1; other < pieces; other++) {
        size -= sizes[other];
      }
    }
    return size;
  }

  /** The bytes of a valid packet. */
  byte[] copy(GrantAccess grants) throws GrantRefused {
    byte[] bytes = new byte[length()];
    int at = 0;
    for (int i = 0; i < pieces; i++) {
      int size = size(i);
      try (GrantMapping mapping = grants.map(grefs[i], GrantAccess.Access.READ_ONLY)) {
        mapping.page().read(offsets[i], bytes, at, size);
      }
      at += size;
    }
    return bytes;
  }
}
