package io.xengarden.domain.pebble.programs.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Reads records by docs/formats/diskcheck.md, not by the code that writes them. */
class DiskcheckRecordTest {
  private final DiskcheckRecord record = new DiskcheckRecord(41, 0x1111_2222L, 0x3333_4444L);

  @Test
  void liesInAPageAsDocumented() {
    byte[] bytes = record.toBytes();
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 16, 4080);
    assertThat(bytes).hasSize(4096);
    assertThat(new String(bytes, 0, 8, StandardCharsets.US_ASCII)).isEqualTo("PEBBLEDC");
    assertThat(buffer.getInt(8)).isEqualTo(1);
    assertThat(buffer.getInt(12)).isEqualTo((int) crc.getValue());
    assertThat(buffer.getLong(16)).isEqualTo(41);
    assertThat(buffer.getLong(24)).isEqualTo(0x1111_2222L);
    assertThat(buffer.getLong(32)).isEqualTo(0x3333_4444L);
  }

  @Test
  void fillerDiffersFromRecordToRecord() {
    byte[] other = new DiskcheckRecord(42, 0x1111_2222L, 0x3333_4444L).toBytes();
    byte[] bytes = record.toBytes();
    int same = 0;
    for (int i = 40; i < bytes.length; i++) {
      same += bytes[i] == other[i] ? 1 : 0;
    }
    assertThat(same).as("equal bytes by chance alone").isLessThan(100);
  }

  @Test
  void namesWhatIsWrong() {
    byte[] bytes = record.toBytes();
    assertThat(record.wrongIn(bytes)).isEmpty();
    assertThat(record.wrongIn(new byte[4096])).isEqualTo("no record");
    assertThat(new DiskcheckRecord(40, 0x1111_2222L, 0x3333_4444L).wrongIn(bytes))
        .isEqualTo("holds record 41");
    assertThat(new DiskcheckRecord(41, 1, 2).wrongIn(bytes)).isEqualTo("of another run");
    bytes[4095] ^= 1;
    assertThat(record.wrongIn(bytes)).isEqualTo("bad checksum");
    bytes[8] = 9;
    assertThat(record.wrongIn(bytes)).isEqualTo("version 9");
  }
}
