package io.xengarden.machine;

import static io.xengarden.machine.Memory.PAGE_SIZE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PageRunTest {
  private final HostMemory host = HostMemory.ofFrames(16);
  private final GuestMemory memory = new GuestMemory(host);
  private final PageRun run = new PageRun();

  /** Guest frames 0 to 3 lie side by side, 4 and 5 the other way round, 6 far away. */
  @BeforeEach
  void map() {
    memory.map(0, 2, 4);
    memory.map(4, 7, 1);
    memory.map(5, 6, 1);
    memory.map(6, 15, 1);
  }

  @AfterEach
  void close() {
    host.close();
  }

  private PageView page(long gfn) {
    return memory.page(gfn, true);
  }

  @Test
  void pagesSideBySideAreOneStretch() {
    run.start(page(1));
    assertThat(run.extend(page(2))).isTrue();
    assertThat(run.extend(page(3))).isTrue();
    memory.putByte(3 * PAGE_SIZE + 7, (byte) 42);
    ByteBuffer all = run.readBuffer(0, 3 * PAGE_SIZE);
    assertThat(all.get(2 * PAGE_SIZE + 7)).isEqualTo((byte) 42);
    run.writeBuffer(PAGE_SIZE - 1, 2).put((byte) 1).put((byte) 2);
    assertThat(memory.getByte(2 * PAGE_SIZE - 1)).isEqualTo((byte) 1);
    assertThat(memory.getByte(2 * PAGE_SIZE)).isEqualTo((byte) 2);
  }

  @Test
  void onlyTheFrameBehindTheLastOneIsTaken() {
    run.start(page(3));
    assertThat(run.extend(page(4))).as("next for the guest, not for the host").isFalse();
    assertThat(run.extend(page(3))).as("itself").isFalse();
    assertThat(run.extend(page(2))).as("the one before").isFalse();
    assertThat(run.extend(page(5))).as("behind it in the host's RAM").isTrue();
    assertThat(run.extend(page(4))).isTrue();
    assertThat(run.extend(page(6))).isFalse();
    assertThat(run.readBuffer(0, 3 * PAGE_SIZE).remaining()).isEqualTo(3 * PAGE_SIZE);
  }

  @Test
  void pagesOfAnotherUseOrAnotherHostAreNotTaken() {
    run.start(page(0));
    assertThat(run.extend(memory.page(1, false))).as("read-only behind writable").isFalse();
    try (HostMemory other = HostMemory.ofFrames(16)) {
      GuestMemory others = new GuestMemory(other);
      others.map(1, 3, 1);
      assertThat(run.extend(others.page(1, true))).isFalse();
    }
  }

  @Test
  void nothingOutsideTheRunIsReached() {
    run.start(page(0));
    run.extend(page(1));
    assertThat(run.readBuffer(2 * PAGE_SIZE, 0).hasRemaining()).isFalse();
    for (long[] range :
        new long[][] {{2 * PAGE_SIZE - 1, 2}, {-1, 1}, {0, -1}, {Long.MAX_VALUE, 1}}) {
      assertThatThrownBy(() -> run.readBuffer(range[0], (int) range[1]))
          .isInstanceOf(MemoryFault.class);
    }
    run.start(page(0));
    assertThatThrownBy(() -> run.readBuffer(PAGE_SIZE, 1))
        .as("started anew, it is one page again")
        .isInstanceOf(MemoryFault.class);
  }

  @Test
  void readOnlyPagesStaySo() {
    run.start(memory.page(0, false));
    assertThatThrownBy(() -> run.writeBuffer(0, 1)).isInstanceOf(MemoryFault.class);
    assertThatThrownBy(() -> run.readBuffer(0, 1).put((byte) 1))
        .isInstanceOf(ReadOnlyBufferException.class);
  }
}
