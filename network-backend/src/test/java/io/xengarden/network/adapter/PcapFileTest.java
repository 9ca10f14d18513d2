package io.xengarden.network.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.network.Frame;
import io.xengarden.network.Frames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PcapFileTest {
  @TempDir private Path folder;

  @Test
  void framesAreInTheFileWithTheirTimes() throws IOException {
    Path path = folder.resolve("xenbr0.pcap");
    byte[] first = Frames.numbered(Frames.mac(1), Frames.mac(2), 1, 60);
    byte[] second = Frames.numbered(Frames.mac(2), Frames.mac(1), 2, 1_514);
    try (PcapFile file = new PcapFile(path)) {
      file.saw(1_000_000_007L, Frame.of(first));
      file.saw(2_500_000_000L, Frame.of(second));
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes.getInt()).as("nanosecond pcap").isEqualTo(0xa1b23c4d);
    assertThat(bytes.getShort()).isEqualTo((short) 2);
    assertThat(bytes.getShort()).isEqualTo((short) 4);
    assertThat(bytes.getInt(20)).as("Ethernet").isEqualTo(1);
    bytes.position(24);
    assertRecord(bytes, 1, 7, first);
    assertRecord(bytes, 2, 500_000_000, second);
    assertThat(bytes.hasRemaining()).isFalse();
  }

  private static void assertRecord(ByteBuffer file, int seconds, int nanos, byte[] frame) {
    assertThat(file.getInt()).isEqualTo(seconds);
    assertThat(file.getInt()).isEqualTo(nanos);
    assertThat(file.getInt()).isEqualTo(frame.length);
    assertThat(file.getInt()).isEqualTo(frame.length);
    byte[] bytes = new byte[frame.length];
    file.get(bytes);
    assertThat(bytes).isEqualTo(frame);
  }

  @Test
  void aClosedFileTakesNothing() throws IOException {
    PcapFile file = new PcapFile(folder.resolve("a.pcap"));
    file.close();
    file.saw(1, Frame.of(new byte[60]));
    assertThat(file.leftOut()).isEqualTo(1);
  }
}
