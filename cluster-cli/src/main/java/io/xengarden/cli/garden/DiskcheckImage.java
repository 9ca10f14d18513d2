package io.xengarden.cli.garden;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * What {@code diskcheck} has left on a raw image, read from outside (docs/formats/diskcheck.md):
 * slots of 4096 bytes, record n in slot n mod the number of slots.
 */
final class DiskcheckImage {
  private static final int SLOT_BYTES = 4096;
  private static final byte[] MAGIC = "PEBBLEDC".getBytes(StandardCharsets.US_ASCII);
  private static final int CRC_AT = 12;
  private static final int COVERED_FROM = 16;
  private static final int NUMBER_AT = 16;

  private DiskcheckImage() {}

  /**
   * How many slots hold less than the last acknowledged record that belongs there.
   *
   * @param acknowledged records 0 to this, exclusive
   */
  static long lost(Path image, long acknowledged) throws IOException {
    long slots = Files.size(image) / SLOT_BYTES;
    long lost = 0;
    byte[] slot = new byte[SLOT_BYTES];
    try (var file = Files.newByteChannel(image)) {
      for (long i = 0; i < Math.min(slots, acknowledged); i++) {
        file.position(i * SLOT_BYTES);
        ByteBuffer bytes = ByteBuffer.wrap(slot).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining() && file.read(bytes) >= 0) {
          // until the slot is whole
        }
        long least = i + (acknowledged - 1 - i) / slots * slots;
        if (!isRecord(bytes) || bytes.getLong(NUMBER_AT) < least) {
          lost++;
        }
      }
    }
    return lost;
  }

  private static boolean isRecord(ByteBuffer slot) {
    CRC32C crc = new CRC32C();
    crc.update(slot.array(), COVERED_FROM, SLOT_BYTES - COVERED_FROM);
    return Arrays.equals(slot.array(), 0, MAGIC.length, MAGIC, 0, MAGIC.length)
        && slot.getInt(CRC_AT) == (int) crc.getValue();
  }
}
