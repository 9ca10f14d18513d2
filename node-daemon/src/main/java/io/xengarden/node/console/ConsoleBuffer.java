package io.xengarden.node.console;

/**
 * A guest's recent output, addressed by its position in all the output there ever was. It grows as
 * it is filled, up to a limit; beyond it the oldest bytes are forgotten. What a domain that prints
 * nothing costs is a few bytes.
 */
final class ConsoleBuffer {
  private static final int INITIAL_CAPACITY = 1024;

  private final int limit;
  private byte[] ring = new byte[0];
  private long start;
  private long end;

  /**
   * @param limit bytes, a power of two
   */
  ConsoleBuffer(int limit) {
    if (Integer.bitCount(limit) != 1) {
      throw new IllegalArgumentException("limit " + limit + " is no power of two");
    }
    this.limit = limit;
  }

  /** The position of the oldest byte kept. */
  long start() {
    return start;
  }

  /** The position of the next byte to come. */
  long end() {
    return end;
  }

  void append(byte[] output) {
    int from = Math.max(0, output.length - limit);
    makeRoom(output.length - from);
    end += from;
    for (int i = from; i < output.length; i++) {
      ring[index(end++)] = output[i];
    }
    start = Math.max(start, end - ring.length);
  }

  /** Up to {@code max} bytes from {@code position} on, or from the oldest kept if that is later. */
  byte[] read(long position, int max) {
    long from = Math.max(position, start);
    byte[] found = new byte[(int) Math.max(0, Math.min(max, end - from))];
    for (int i = 0; i < found.length; i++) {
      found[i] = ring[index(from + i)];
    }
    return found;
  }

  /** Nobody will ask for what lies before {@code position} any more. */
  void forgetBefore(long position) {
    start = Math.max(start, Math.min(position, end));
    if (start == end) {
      ring = new byte[0];
    }
  }

  private void makeRoom(int more) {
    long needed = Math.min(limit, end - start + more);
    if (needed <= ring.length) {
      return;
    }
    int capacity = Math.max(INITIAL_CAPACITY, Integer.highestOneBit((int) needed - 1) << 1);
    byte[] kept = read(start, ring.length);
    ring = new byte[Math.min(limit, capacity)];
    for (int i = 0; i < kept.length; i++) {
      ring[index(start + i)] = kept[i];
    }
  }

  private int index(long position) {
    return (int) (position & (ring.length - 1));
  }
}
