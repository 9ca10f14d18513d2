package io.xengarden.machine;

import static io.xengarden.machine.Memory.PAGE_SIZE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DirtyLogTest {
  private static final int PAGES = 130;

  private final HostMemory host = HostMemory.ofFrames(256);
  private final GuestMemory memory = new GuestMemory(host);

  DirtyLogTest() {
    memory.map(0, 0, PAGES);
  }

  @AfterEach
  void close() {
    host.close();
  }

  private void assertMarks(long gfn, Memory view, Consumer<Memory> write) {
    DirtyLog log = memory.startDirtyLog(PAGES);
    write.accept(view);
    for (int word = 0; word < log.wordCount(); word++) {
      long expected = word == gfn / 64 ? 1L << gfn : 0;
      assertThat(log.takeWord(word)).as("word %d", word).isEqualTo(expected);
    }
    assertThat(log.count()).as("taken").isZero();
  }

  @Test
  void everyKindOfWriteMarksItsPage() {
    long gfn = 67;
    for (Memory view : new Memory[] {memory, memory.page(gfn, true)}) {
      long at = view == memory ? gfn * PAGE_SIZE + 8 : 8;
      assertMarks(gfn, view, v -> v.putByte(at, (byte) 1));
      assertMarks(gfn, view, v -> v.putShort(at, (short) 1));
      assertMarks(gfn, view, v -> v.putInt(at, 1));
      assertMarks(gfn, view, v -> v.putIntRelease(at, 1));
      assertMarks(gfn, view, v -> v.putLong(at, 1));
      assertMarks(gfn, view, v -> v.compareAndSetInt(at, 1, 2));
      assertMarks(gfn, view, v -> v.getAndBitwiseOrLong(at, 1));
      assertMarks(gfn, view, v -> v.getAndBitwiseAndLong(at, 1));
      assertMarks(gfn, view, v -> v.write(at, (byte) 1));
      assertMarks(gfn, view, v -> v.fill(at, 1, (byte) 1));
      assertMarks(gfn, view, v -> memory.copyTo(0, v, at, 8));
      assertMarks(gfn, view, v -> v.filled(at));
    }
  }

  @Test
  void bulkWritesMarkEveryPageTheyTouch() {
    DirtyLog log = memory.startDirtyLog(PAGES);
    memory.write(63 * PAGE_SIZE - 1, new byte[2 * PAGE_SIZE + 2]);
    assertThat(log.takeWord(0)).isEqualTo(0b11L << 62);
    assertThat(log.takeWord(1)).isEqualTo(0b11L);
  }

  @Test
  void readingAndAFailedCompareAndSetMarkNothing() {
    DirtyLog log = memory.startDirtyLog(PAGES);
    memory.read(0, PAGES * PAGE_SIZE);
    memory.getLong(8);
    memory.getIntAcquire(8);
    memory.readBuffer(0, 8);
    assertThat(memory.compareAndSetInt(0, 1, 2)).isFalse();
    memory.copyTo(0, new GuestMemory(host), 0, 0);
    assertThat(log.count()).isZero();
  }

  @Test
  void nothingIsDirtyAtTheStart() {
    memory.fill(0, PAGES * PAGE_SIZE, (byte) 1);
    DirtyLog log = memory.startDirtyLog(PAGES);
    assertThat(log.count()).isZero();
    assertThat(log.frameCount()).isEqualTo(PAGES);
    assertThat(log.wordCount()).isEqualTo(3);
  }

  @Test
  void aLogThatEndedIsWrittenNoMore() {
    DirtyLog log = memory.startDirtyLog(PAGES);
    memory.putByte(0, (byte) 1);
    memory.stopDirtyLog();
    memory.putByte(PAGE_SIZE, (byte) 1);
    memory.page(2, true).putByte(0, (byte) 1);
    assertThat(log.takeWord(0)).isEqualTo(1);
  }

  @Test
  void aNewLogReplacesTheOldOne() {
    DirtyLog old = memory.startDirtyLog(PAGES);
    DirtyLog log = memory.startDirtyLog(PAGES);
    memory.putByte(0, (byte) 1);
    assertThat(old.count()).isZero();
    assertThat(log.count()).isEqualTo(1);
  }

  @Test
  void aFrameAboveTheLogIsNotLogged() {
    DirtyLog log = memory.startDirtyLog(PAGES);
    memory.map(200, 200, 1);
    memory.putByte(200 * PAGE_SIZE, (byte) 1);
    memory.page(200, true).putByte(0, (byte) 1);
    assertThat(log.count()).isZero();
  }

  /** A balloon may fill frames that were not mapped when the log began. */
  @Test
  void aFrameMappedLaterIsLogged() {
    DirtyLog log = memory.startDirtyLog(256);
    memory.map(200, 200, 1);
    memory.putByte(200 * PAGE_SIZE, (byte) 1);
    assertThat(log.takeWord(3)).isEqualTo(1L << 200);
  }

  @Test
  void aLogOfImpossibleSizeIsRefused() {
    for (long frames : new long[] {0, -1, GuestMemory.MAX_FRAMES + 1, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> memory.startDirtyLog(frames))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
