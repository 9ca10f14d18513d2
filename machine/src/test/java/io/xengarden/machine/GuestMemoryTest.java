package io.xengarden.machine;

import static io.xengarden.machine.Memory.PAGE_SIZE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuestMemoryTest {
  private final HostMemory host = HostMemory.ofFrames(64);
  private final GuestMemory memory = new GuestMemory(host);

  @AfterEach
  void close() {
    host.close();
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 0, 1",
    "0, -1, 1",
    "0, 0, 0",
    "0, 0, -1",
    "0, 0, 65",
    "0, 64, 1",
    "0, 9223372036854775807, 1",
    "268435456, 0, 1",
    "268435455, 0, 2",
    "9223372036854775807, 0, 1",
    "0, 0, 9223372036854775807"
  })
  void framesThatDoNotExistCannotBeMapped(long gfn, long mfn, long count) {
    assertThatThrownBy(() -> memory.map(gfn, mfn, count))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(memory.size()).isZero();
  }

  @Test
  void theHighestGuestFrameCanBeMapped() {
    memory.map(GuestMemory.MAX_FRAMES - 1, 63, 1);
    memory.putByte(memory.size() - 1, (byte) 9);
    assertThat(memory.page(GuestMemory.MAX_FRAMES - 1, false).getByte(PAGE_SIZE - 1))
        .isEqualTo((byte) 9);
  }

  @ParameterizedTest
  @CsvSource({"-1, 1", "0, 0", "0, -1", "1, 9223372036854775807", "268435456, 1"})
  void unmappingWhatCannotBeIsRefused(long gfn, long count) {
    memory.map(0, 0, 8);
    assertThatThrownBy(() -> memory.unmap(gfn, count)).isInstanceOf(IllegalArgumentException.class);
    assertThat(memory.size()).isEqualTo(8 * PAGE_SIZE);
  }

  @Test
  void aMappedFrameIsNotMappedTwice() {
    memory.map(4, 10, 4);
    for (long gfn = 1; gfn < 8; gfn++) {
      long start = gfn;
      assertThatThrownBy(() -> memory.map(start, 20, 4))
          .as("frames %d to %d", start, start + 3)
          .isInstanceOf(IllegalArgumentException.class);
    }
    memory.map(0, 20, 4);
    memory.map(8, 30, 4);
    assertThat(memory.mfn(5)).isEqualTo(11);
  }

  @Test
  void anUnmappedFrameFaultsAndItsPageViewLivesOn() {
    memory.map(0, 0, 3);
    PageView page = memory.page(1, true);
    memory.unmap(1, 1);
    assertThatThrownBy(() -> memory.getByte(PAGE_SIZE)).isInstanceOf(MemoryFault.class);
    page.putByte(0, (byte) 1);
    assertThat(page.getByte(0)).isEqualTo((byte) 1);
  }
}
