package io.xengarden.node.simulated;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Reads diskcheck's records from a raw image, by docs/formats/diskcheck.md and nothing else. */
public final class DiskcheckImage {
  private static final int SLOT = 4096;
  private static final long MAGIC =
      ByteBuffer.wrap("PEBBLEDC".getBytes(StandardCharsets.US_ASCII))
          .order(ByteOrder.LITTLE_ENDIAN)
          .getLong();

  private final ByteBuffer image;
  private final int slots;

  public DiskcheckImage(byte[] bytes) {
    image = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    slots = bytes.length / SLOT;
  }

  /** Records written and flushed together: only those of one batch are under way at a time. */
  public static final int BATCH = 32;

  /** The slots whose acknowledged record is neither there nor replaced by a later one. */
  public List<Integer> lostSlots(long acknowledged) {
    List<Integer> lost = new ArrayList<>();
    for (int slot = 0; slot < Math.min(slots, acknowledged); slot++) {
      long last = (acknowledged - 1 - slot) / slots * slots + slot;
      long found = recordIn(slot);
      if (found < last || (found - last) % slots != 0) {
        lost.add(slot);
      }
    }
    return lost;
  }

  /** As above, but for slots that lay under one batch, which a loss of power may tear. */
  public List<Integer> lostSlotsBeyondOneBatch(long acknowledged) {
    List<Integer> lost = lostSlots(acknowledged);
    return lost.isEmpty() || lost.getLast() - lost.getFirst() < BATCH ? List.of() : lost;
  }

  /** The number of the record in a slot; -1 if it holds none that is whole. */
  private long recordIn(int slot) {
    int at = slot * SLOT;
    CRC32C checksum = new CRC32C();
    checksum.update(image.slice(at + 16, SLOT - 16));
    boolean whole =
        image.getLong(at) == MAGIC
            && image.getInt(at + 8) == 1
            && image.getInt(at + 12) == (int) checksum.getValue();
    return whole ? image.getLong(at + 16) : -1;
  }
}
