package io.xengarden.node.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.storage.sim.SimulatedDisk;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/** Counts diskcheck's records in a disk from outside: docs/formats/diskcheck.md. */
public final class AcknowledgedRecords {
  private static final int SLOT = 4096;
  private static final long MAGIC = ByteBuffer.wrap("PEBBLEDC".getBytes()).getLong();
  private static final Pattern LOGGED = Pattern.compile("diskcheck\\[\\d+]: (\\d+) acknowledged");

  private AcknowledgedRecords() {}

  /** What the guest says in its kernel log; 0 when it has said nothing. */
  public static long loggedBy(SimulatedHost host, String domain) {
    long acknowledged = 0;
    Matcher matcher = LOGGED.matcher(host.run(domain, "dmesg").output());
    while (matcher.find()) {
      acknowledged = Long.parseLong(matcher.group(1));
    }
    return acknowledged;
  }

  /** Fails if one of the first {@code acknowledged} records is lost. */
  public static void verify(SimulatedDisk disk, long acknowledged) {
    long slots = disk.sizeBytes() / SLOT;
    for (long slot = 0; slot < Math.min(slots, acknowledged); slot++) {
      long last = slot + (acknowledged - 1 - slot) / slots * slots;
      ByteBuffer record =
          ByteBuffer.wrap(disk.read(slot * SLOT, SLOT)).order(ByteOrder.LITTLE_ENDIAN);
      String where = "slot " + slot + " behind " + acknowledged + " acknowledged records";
      assertThat(Long.reverseBytes(record.getLong(0))).as("magic in " + where).isEqualTo(MAGIC);
      assertThat(record.getInt(12)).as("checksum in " + where).isEqualTo(checksum(record));
      long number = record.getLong(16);
      assertThat(number).as("record in " + where).isGreaterThanOrEqualTo(last);
      assertThat(number % slots).as("record in " + where).isEqualTo(slot);
    }
  }

  private static int checksum(ByteBuffer record) {
    CRC32C crc = new CRC32C();
    crc.update(record.array(), 16, SLOT - 16);
    return (int) crc.getValue();
  }
}
