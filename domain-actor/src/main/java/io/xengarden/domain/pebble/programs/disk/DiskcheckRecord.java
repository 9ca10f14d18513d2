package io.xengarden.domain.pebble.programs.disk;

import io.xengarden.domain.pebble.image.RandomData;
import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * One record of diskcheck, a page long: docs/formats/diskcheck.md.
 *
 * @param runHigh first eight bytes of the run's id, read as a little-endian number
 * @param runLow the other eight
 */
record DiskcheckRecord(long number, long runHigh, long runLow) {
  static final int SIZE = Memory.PAGE_SIZE;
  static final int VERSION = 1;

  private static final byte[] MAGIC = {'P', 'E', 'B', 'B', 'L', 'E', 'D', 'C'};
  private static final int VERSION_AT = 8;
  private static final int CHECKSUM_AT = 12;
  private static final int SUMMED_FROM = 16;
  private static final int NUMBER_AT = 16;
  private static final int RUN_AT = 24;
  private static final int FILLER_AT = 40;

  byte[] toBytes() {
    byte[] bytes = new byte[SIZE];
    RandomData.fill(bytes, FILLER_AT, seed());
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(0, MAGIC);
    buffer.putInt(VERSION_AT, VERSION);
    buffer.putLong(NUMBER_AT, number);
    buffer.putLong(RUN_AT, runHigh);
    buffer.putLong(RUN_AT + 8, runLow);
    buffer.putInt(CHECKSUM_AT, checksum(bytes));
    return bytes;
  }

  /** What is wrong with bytes that should be this record; "" when they are. */
  String wrongIn(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (!Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      return "no record";
    }
    if (buffer.getInt(VERSION_AT) != VERSION) {
      return "version " + buffer.getInt(VERSION_AT);
    }
    if (buffer.getInt(CHECKSUM_AT) != checksum(bytes)) {
      return "bad checksum";
    }
    if (buffer.getLong(RUN_AT) != runHigh || buffer.getLong(RUN_AT + 8) != runLow) {
      return "of another run";
    }
    return buffer.getLong(NUMBER_AT) == number ? "" : "holds record " + buffer.getLong(NUMBER_AT);
  }

  private long seed() {
    return RandomData.mix(runHigh ^ RandomData.mix(runLow ^ RandomData.mix(number)));
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, SUMMED_FROM, SIZE - SUMMED_FROM);
    return (int) crc.getValue();
  }
}
