package io.xengarden.abi;

import io.xengarden.machine.Memory;
import java.lang.invoke.VarHandle;

/**
 * A byte stream through a shared page: data of a power-of-two size and two free-running u32
 * indices. Each side believes its own index only as far as the page, the other's not at all.
 *
 * @param data offset of the bytes
 * @param size how many
 * @param cons offset of the consumer's index
 * @param prod offset of the producer's index
 */
record ByteRing(int data, int size, int cons, int prod) {
  /** Appends what fits of {@code length} bytes; how many that was. */
  int produce(Memory memory, long base, byte[] source, int offset, int length) {
    int produced = memory.getInt(base + prod);
    int used = used(produced, memory.getIntAcquire(base + cons));
    int count = Math.min(length, size - used);
    if (count == 0) {
      return 0;
    }
    VarHandle.fullFence(); // the consumer is done with the bytes that we write over
    int at = produced & (size - 1);
    int first = Math.min(count, size - at);
    memory.write(base + data + at, source, offset, first);
    memory.write(base + data, source, offset + first, count - first);
    memory.putIntRelease(base + prod, produced + count);
    return count;
  }

  /** Takes up to {@code length} bytes; how many there were. */
  int consume(Memory memory, long base, byte[] target, int offset, int length) {
    int consumed = memory.getInt(base + cons);
    int used = used(memory.getIntAcquire(base + prod), consumed);
    int count = Math.min(length, used);
    if (count == 0) {
      return 0;
    }
    int at = consumed & (size - 1);
    int first = Math.min(count, size - at);
    memory.read(base + data + at, target, offset, first);
    memory.read(base + data, target, offset + first, count - first);
    VarHandle.fullFence(); // the bytes are out before the producer may write over them
    memory.putIntRelease(base + cons, consumed + count);
    return count;
  }

  /** Bytes that wait for the consumer. */
  int available(Memory memory, long base) {
    return used(memory.getIntAcquire(base + prod), memory.getIntAcquire(base + cons));
  }

  private int used(int produced, int consumed) {
    int used = produced - consumed;
    if (Integer.compareUnsigned(used, size) > 0) {
      throw new RingCorrupt(
          "indices "
              + Integer.toUnsignedString(consumed)
              + " to "
              + Integer.toUnsignedString(produced)
              + " in a ring of "
              + size);
    }
    return used;
  }
}
