package io.xengarden.machine;

import static io.xengarden.machine.Memory.PAGE_SIZE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One domain with two pages, a hole, and two more that lie elsewhere in the host. */
class MemoryTest {
  private static final long HOLE = 2 * PAGE_SIZE;
  private static final long END = 5 * PAGE_SIZE;

  private final HostMemory host = HostMemory.ofFrames(64);
  private final GuestMemory memory = new GuestMemory(host);

  MemoryTest() {
    memory.map(0, 10, 2);
    memory.map(3, 40, 2);
  }

  @AfterEach
  void close() {
    host.close();
  }

  private byte[] everything() {
    byte[] bytes = new byte[4 * PAGE_SIZE];
    memory.read(0, bytes, 0, 2 * PAGE_SIZE);
    memory.read(3 * PAGE_SIZE, bytes, 2 * PAGE_SIZE, 2 * PAGE_SIZE);
    return bytes;
  }

  private void assertFaultChangesNothing(Memory view, Consumer<Memory> access) {
    memory.fill(0, 2 * PAGE_SIZE, (byte) 0x5a);
    memory.fill(3 * PAGE_SIZE, 2 * PAGE_SIZE, (byte) 0xa5);
    byte[] before = everything();
    DirtyLog log = memory.startDirtyLog(5);
    assertThatThrownBy(() -> access.accept(view)).isInstanceOf(MemoryFault.class);
    assertThat(everything()).isEqualTo(before);
    assertThat(log.count()).as("dirty pages after a fault").isZero();
  }

  @Test
  void scalarsAreLittleEndian() {
    memory.putLong(8, 0x1122334455667788L);
    assertThat(memory.read(8, 8)).containsExactly(0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11);
    assertThat(memory.getInt(8)).isEqualTo(0x55667788);
    assertThat(memory.getIntAcquire(12)).isEqualTo(0x11223344);
    assertThat(memory.getShort(10)).isEqualTo((short) 0x5566);
    assertThat(memory.getByte(15)).isEqualTo((byte) 0x11);
    memory.putShort(8, (short) 0xabcd);
    memory.putByte(10, (byte) 0xef);
    memory.putInt(12, 0x01020304);
    assertThat(memory.getLong(8)).isEqualTo(0x0102030455efabcdL);
    memory.putIntRelease(8, -1);
    assertThat(memory.getLong(8)).isEqualTo(0x01020304ffffffffL);
  }

  @Test
  void compareAndSetTellsWhetherItDid() {
    memory.putInt(4, 7);
    assertThat(memory.compareAndSetInt(4, 8, 9)).isFalse();
    assertThat(memory.getInt(4)).isEqualTo(7);
    assertThat(memory.compareAndSetInt(4, 7, 9)).isTrue();
    assertThat(memory.getInt(4)).isEqualTo(9);
  }

  @Test
  void bitwiseOperationsReturnTheValueBefore() {
    memory.putLong(0, 0b0011);
    assertThat(memory.getAndBitwiseOrLong(0, 0b0110)).isEqualTo(0b0011);
    assertThat(memory.getAndBitwiseAndLong(0, 0b1010)).isEqualTo(0b0111);
    assertThat(memory.getLong(0)).isEqualTo(0b0010);
  }

  @Test
  void adjacentScalarsDoNotTouchOneAnother() {
    memory.fill(0, 32, (byte) 0xff);
    memory.putInt(8, 0);
    assertThat(memory.getInt(4)).isEqualTo(-1);
    assertThat(memory.getInt(12)).isEqualTo(-1);
  }

  @Test
  void bulkAccessCrossesPagesAndExtents() {
    byte[] pattern = new byte[PAGE_SIZE + 100];
    for (int i = 0; i < pattern.length; i++) {
      pattern[i] = (byte) (i * 31);
    }
    memory.write(3 * PAGE_SIZE + 7, pattern);
    assertThat(memory.read(3 * PAGE_SIZE + 7, pattern.length)).isEqualTo(pattern);
    assertThat(memory.page(4, false).getByte(0)).isEqualTo(pattern[PAGE_SIZE - 7]);
    memory.copyTo(3 * PAGE_SIZE + 7, memory, 50, pattern.length);
    assertThat(memory.read(50, pattern.length)).isEqualTo(pattern);
  }

  @Test
  void aMisalignedScalarFaults() {
    for (int off = 1; off < 8; off++) {
      long address = off;
      assertFaultChangesNothing(memory, view -> view.putLong(address, -1));
      assertFaultChangesNothing(memory, view -> view.getAndBitwiseOrLong(address, -1));
      assertFaultChangesNothing(memory, view -> view.getAndBitwiseAndLong(address, 0));
      if (off % 4 != 0) {
        assertFaultChangesNothing(memory, view -> view.putInt(address, -1));
        assertFaultChangesNothing(memory, view -> view.putIntRelease(address, -1));
        assertFaultChangesNothing(memory, view -> view.compareAndSetInt(address, 0x5a5a5a5a, 1));
        assertFaultChangesNothing(memory, view -> view.getIntAcquire(address));
      }
      if (off % 2 != 0) {
        assertFaultChangesNothing(memory, view -> view.putShort(address, (short) -1));
      }
    }
  }

  @Test
  void aHoleFaults() {
    for (long address : new long[] {HOLE, HOLE + PAGE_SIZE - 8, END, -8, Long.MIN_VALUE}) {
      assertFaultChangesNothing(memory, view -> view.putByte(address, (byte) 1));
      assertFaultChangesNothing(memory, view -> view.putInt(address, 1));
      assertFaultChangesNothing(memory, view -> view.getLong(address));
      assertFaultChangesNothing(memory, view -> view.write(address, (byte) 1, (byte) 2));
      assertFaultChangesNothing(memory, view -> view.readBuffer(address, 1));
      assertFaultChangesNothing(memory, view -> view.writeBuffer(address, 1));
    }
  }

  @Test
  void bulkAccessThatRunsIntoAHoleChangesNothing() {
    long start = HOLE - 100;
    assertFaultChangesNothing(memory, view -> view.write(start, new byte[101]));
    assertFaultChangesNothing(memory, view -> view.fill(start, 101, (byte) 1));
    assertFaultChangesNothing(memory, view -> view.fill(0, Long.MAX_VALUE, (byte) 1));
    assertFaultChangesNothing(memory, view -> view.copyTo(3 * PAGE_SIZE, view, start, 101));
    assertFaultChangesNothing(memory, view -> view.copyTo(start, view, 3 * PAGE_SIZE, 101));
    assertFaultChangesNothing(memory, view -> view.read(start, 101));
    memory.write(start, new byte[100]);
  }

  @Test
  void aNegativeLengthFaults() {
    assertFaultChangesNothing(memory, view -> view.fill(0, -1, (byte) 1));
    assertFaultChangesNothing(memory, view -> view.copyTo(0, view, 0, -1));
    assertFaultChangesNothing(memory, view -> view.read(0, -1));
    assertFaultChangesNothing(memory, view -> view.readBuffer(0, -1));
    assertFaultChangesNothing(memory, view -> view.writeBuffer(0, -1));
  }

  /** A huge length that a guest chose must not size an array before it is checked. */
  @Test
  void aHugeReadFaultsBeforeItCosts() {
    assertThatThrownBy(() -> memory.read(0, Integer.MAX_VALUE)).isInstanceOf(MemoryFault.class);
  }

  @Test
  void aBufferNeverLeavesItsPage() {
    for (Memory view : new Memory[] {memory, memory.page(0, true)}) {
      assertThat(view.readBuffer(96, PAGE_SIZE - 96).remaining()).isEqualTo(PAGE_SIZE - 96);
      for (int length : new int[] {PAGE_SIZE - 95, 2 * PAGE_SIZE, Integer.MAX_VALUE}) {
        assertFaultChangesNothing(view, refusing -> refusing.readBuffer(96, length));
        assertFaultChangesNothing(view, refusing -> refusing.writeBuffer(96, length));
      }
    }
  }

  @Test
  void buffersAreThePageItself() {
    DirtyLog log = memory.startDirtyLog(5);
    ByteBuffer buffer = memory.page(1, true).writeBuffer(16, 4);
    buffer.put(new byte[] {1, 2, 3, 4});
    memory.page(1, true).filled(16);
    assertThat(memory.getInt(PAGE_SIZE + 16)).isEqualTo(0x04030201);
    assertThat(log.takeWord(0)).isEqualTo(0b10);
    ByteBuffer reading = memory.readBuffer(PAGE_SIZE + 16, 4);
    assertThat(reading.get(3)).isEqualTo((byte) 4);
    assertThatThrownBy(() -> reading.put(0, (byte) 9)).isInstanceOf(ReadOnlyBufferException.class);
  }

  @Test
  void aPageIsSeenAtItsOwnAddresses() {
    memory.putInt(3 * PAGE_SIZE + 8, 42);
    PageView page = memory.page(3, true);
    assertThat(page.getInt(8)).isEqualTo(42);
    page.putInt(PAGE_SIZE - 4, 43);
    assertThat(memory.getInt(4 * PAGE_SIZE - 4)).isEqualTo(43);
    assertThat(page.gfn()).isEqualTo(3);
    assertThat(page.size()).isEqualTo(PAGE_SIZE);
  }

  @Test
  void aPageEndsAtItsEnd() {
    PageView page = memory.page(0, true);
    for (long address :
        new long[] {-1, -8, PAGE_SIZE, Long.MAX_VALUE, Long.MAX_VALUE - 7, Long.MIN_VALUE}) {
      assertFaultChangesNothing(page, view -> view.getByte(address));
      assertFaultChangesNothing(page, view -> view.putByte(address, (byte) 1));
      assertFaultChangesNothing(page, view -> view.putLong(address & ~7, 1));
      assertFaultChangesNothing(page, view -> view.write(address, (byte) 1));
    }
    assertFaultChangesNothing(page, view -> view.write(PAGE_SIZE - 1, (byte) 1, (byte) 2));
  }

  @Test
  void aReadOnlyPageRefusesEveryWrite() {
    PageView page = memory.page(0, false);
    assertFaultChangesNothing(page, view -> view.putByte(0, (byte) 1));
    assertFaultChangesNothing(page, view -> view.putShort(0, (short) 1));
    assertFaultChangesNothing(page, view -> view.putInt(0, 1));
    assertFaultChangesNothing(page, view -> view.putIntRelease(0, 1));
    assertFaultChangesNothing(page, view -> view.putLong(0, 1));
    assertFaultChangesNothing(page, view -> view.compareAndSetInt(0, 0x5a5a5a5a, 1));
    assertFaultChangesNothing(page, view -> view.getAndBitwiseOrLong(0, 1));
    assertFaultChangesNothing(page, view -> view.getAndBitwiseAndLong(0, 1));
    assertFaultChangesNothing(page, view -> view.write(0, (byte) 1));
    assertFaultChangesNothing(page, view -> view.fill(0, 1, (byte) 1));
    assertFaultChangesNothing(page, view -> view.writeBuffer(0, 1));
    assertFaultChangesNothing(page, view -> memory.copyTo(PAGE_SIZE, view, 0, 8));
    assertThat(page.getByte(0)).isEqualTo((byte) 0x5a);
  }

  @Test
  void aPageOfAHoleDoesNotExist() {
    assertThatThrownBy(() -> memory.page(2, false)).isInstanceOf(MemoryFault.class);
    assertThatThrownBy(() -> memory.page(-1, false)).isInstanceOf(MemoryFault.class);
    assertThatThrownBy(() -> memory.page(Long.MAX_VALUE, false)).isInstanceOf(MemoryFault.class);
  }

  @Test
  void aFaultNamesTheAddress() {
    assertThatThrownBy(() -> memory.putByte(HOLE + 0x123, (byte) 1))
        .isInstanceOfSatisfying(
            MemoryFault.class, fault -> assertThat(fault.address()).isEqualTo(HOLE + 0x123))
        .hasMessageContaining("0x2123");
  }

  @Test
  void twoDomainsDoNotSeeOneAnother() {
    GuestMemory other = new GuestMemory(host);
    other.map(0, 12, 2);
    other.fill(0, 2 * PAGE_SIZE, (byte) 1);
    byte[] mine = everything();
    assertThat(mine).as("zero still").isEqualTo(new byte[mine.length]);
    memory.copyTo(0, other, PAGE_SIZE, PAGE_SIZE);
    byte[] expected = new byte[2 * PAGE_SIZE];
    Arrays.fill(expected, 0, PAGE_SIZE, (byte) 1);
    assertThat(other.read(0, 2 * PAGE_SIZE)).isEqualTo(expected);
  }
}
