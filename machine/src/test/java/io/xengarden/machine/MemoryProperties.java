package io.xengarden.machine;

import static io.xengarden.machine.Memory.PAGE_SIZE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

/** Addresses and lengths that a hostile guest could choose. */
class MemoryProperties {
  private static final HostMemory HOST = HostMemory.ofFrames(64);
  private static final int PAGES = 4;

  @AfterContainer
  static void close() {
    HOST.close();
  }

  private static GuestMemory fresh() {
    HOST.release(0, HOST.frameCount());
    GuestMemory memory = new GuestMemory(HOST);
    memory.map(0, 8, PAGES);
    return memory;
  }

  @Provide
  Arbitrary<Long> addresses() {
    return Arbitraries.oneOf(
        Arbitraries.longs().between(-16, PAGES * PAGE_SIZE + 16),
        Arbitraries.longs(),
        Arbitraries.of(
            Long.MAX_VALUE, Long.MAX_VALUE - 7, Long.MIN_VALUE, -8L, 1L << 40, -PAGE_SIZE * 1L));
  }

  @Provide
  Arbitrary<Integer> lengths() {
    return Arbitraries.oneOf(
        Arbitraries.integers().between(-2, PAGES * PAGE_SIZE + 2),
        Arbitraries.of(Integer.MAX_VALUE, Integer.MIN_VALUE, 0, 1));
  }

  /** Either the range is inside and the bytes arrive, or it faults and nothing changes. */
  @Property(tries = 5000)
  void aWriteArrivesWholeOrNotAtAll(
      @ForAll("addresses") long address, @ForAll("lengths") int wanted) {
    byte[] bytes = new byte[Math.clamp(wanted, 0, PAGES * PAGE_SIZE + 2)];
    Arrays.fill(bytes, (byte) 0x77);
    GuestMemory memory = fresh();
    byte[] expected = new byte[PAGES * PAGE_SIZE];
    boolean inside = address >= 0 && address <= expected.length - bytes.length;
    try {
      memory.write(address, bytes);
      assertThat(inside || bytes.length == 0).as("the range was inside").isTrue();
      if (inside) {
        Arrays.fill(expected, (int) address, (int) address + bytes.length, (byte) 0x77);
      }
    } catch (MemoryFault fault) {
      assertThat(inside).as("the range was outside").isFalse();
    }
    assertThat(memory.read(0, expected.length)).isEqualTo(expected);
  }

  @Property(tries = 5000)
  void aBufferIsInsideOnePageOrRefused(
      @ForAll("addresses") long address, @ForAll("lengths") int length) {
    GuestMemory memory = fresh();
    for (Memory view : new Memory[] {memory, memory.page(1, true)}) {
      boolean inside =
          address >= 0
              && address < view.size()
              && length >= 0
              && length <= PAGE_SIZE - address % PAGE_SIZE;
      boolean atTheEnd = view instanceof PageView && address == PAGE_SIZE && length == 0;
      try {
        assertThat(view.writeBuffer(address, length).remaining()).isEqualTo(length);
        assertThat(inside || atTheEnd).isTrue();
      } catch (MemoryFault fault) {
        assertThat(inside).isFalse();
      }
    }
  }

  @Property(tries = 5000)
  void aScalarIsReadOrFaults(@ForAll("addresses") long address) {
    GuestMemory memory = fresh();
    memory.fill(0, PAGES * PAGE_SIZE, (byte) 0x11);
    boolean inside = address >= 0 && address % 8 == 0 && address < PAGES * PAGE_SIZE;
    try {
      assertThat(memory.getLong(address)).isEqualTo(0x1111111111111111L);
      assertThat(inside).isTrue();
    } catch (MemoryFault fault) {
      assertThat(inside).isFalse();
    }
  }
}
