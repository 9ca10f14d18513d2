package io.xengarden.machine;

import static io.xengarden.machine.Memory.PAGE_SIZE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostMemoryTest {
  private static final long FRAMES_PER_GIB = 1L << 18;

  private static GuestMemory all(HostMemory host) {
    GuestMemory memory = new GuestMemory(host);
    memory.map(0, 0, host.frameCount());
    return memory;
  }

  @Test
  void framesReadZeroBeforeTheirFirstTouch() {
    try (HostMemory host = HostMemory.ofFrames(16)) {
      assertThat(all(host).read(0, 16 * PAGE_SIZE)).containsOnly(0);
    }
  }

  /** 16 GiB is what a host has by default; a page each quarter of a GiB is touched. */
  @Test
  void onlyTouchedFramesCost() throws IOException {
    try (HostMemory host = HostMemory.ofFrames(16 * FRAMES_PER_GIB)) {
      assertThat(Ram.residentBytes(host)).as("before the first touch").isZero();
      GuestMemory memory = all(host);
      for (long frame = 0; frame < host.frameCount(); frame += FRAMES_PER_GIB / 4) {
        memory.putByte(frame * PAGE_SIZE + 5, (byte) 1);
      }
      assertThat(Ram.residentBytes(host)).isEqualTo(64 * PAGE_SIZE);
    }
  }

  @Test
  void releasedFramesCostNothingAndReadZero() throws IOException {
    try (HostMemory host = HostMemory.ofFrames(FRAMES_PER_GIB)) {
      GuestMemory memory = all(host);
      memory.fill(0, 256 * PAGE_SIZE, (byte) 7);
      assertThat(Ram.residentBytes(host)).isEqualTo(256 * PAGE_SIZE);
      host.release(16, 200);
      assertThat(Ram.residentBytes(host)).isEqualTo(56 * PAGE_SIZE);
      assertThat(memory.getByte(16 * PAGE_SIZE - 1)).as("the last byte before").isEqualTo((byte) 7);
      assertThat(memory.getByte(216 * PAGE_SIZE)).as("the first byte behind").isEqualTo((byte) 7);
      assertThat(memory.read(16 * PAGE_SIZE, 200 * PAGE_SIZE)).containsOnly(0);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, HostMemory.MAX_FRAMES + 1, Long.MAX_VALUE, Long.MIN_VALUE})
  void aHostWithoutFramesOrWithTooManyIsRefused(long frames) {
    assertThatThrownBy(() -> HostMemory.ofFrames(frames))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 1",
    "0, -1",
    "0, 17",
    "16, 1",
    "9223372036854775807, 1",
    "1, 9223372036854775807",
    "9223372036854775807, 9223372036854775807"
  })
  void releasingWhatIsNotThereIsRefused(long mfn, long count) {
    try (HostMemory host = HostMemory.ofFrames(16)) {
      assertThatThrownBy(() -> host.release(mfn, count))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void releasingNothingIsNothing() {
    try (HostMemory host = HostMemory.ofFrames(16)) {
      host.release(16, 0);
      host.release(0, 0);
    }
  }

  @Test
  void nobodyReadsRamThatIsClosed() {
    HostMemory host = HostMemory.ofFrames(16);
    GuestMemory memory = all(host);
    PageView page = memory.page(3, true);
    host.close();
    assertThatThrownBy(() -> memory.getInt(0)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> page.putByte(0, (byte) 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> page.compareAndSetInt(0, 0, 1))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> memory.read(0, 8)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> host.release(0, 1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void closingGivesTheAddressSpaceBack() throws IOException {
    for (int i = 0; i < 200; i++) {
      try (HostMemory host = HostMemory.ofFrames(HostMemory.MAX_FRAMES >> 3)) {
        GuestMemory memory = new GuestMemory(host);
        memory.map(0, 0, 1);
        memory.putByte(0, (byte) 1); // 2 TiB each: a hundred would not fit beside one another
      }
    }
  }
}
