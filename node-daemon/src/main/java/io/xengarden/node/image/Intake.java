package io.xengarden.node.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The bytes of one image as they come in, cut anywhere: counts them, sums them, gathers small parts
 * and lets the pages through.
 */
final class Intake {
  /** A PAGE_DATA record's pfns, the largest part that every image has. */
  private static final int SMALL_BYTES = 8 * ImageLimits.MAX_BATCH_PAGES;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final String name;
  private final ByteBuffer small =
      ByteBuffer.allocate(SMALL_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private final CRC32C sum = new CRC32C();
  private boolean summing;
  private ByteBuffer input = NOTHING;
  private int countedTo;
  private long counted;
  private ByteBuffer part = small;
  private long toSkip;

  /**
   * @param name of the file or the stream, for refusals
   */
  Intake(String name, boolean summing) {
    this.name = name;
    this.summing = summing;
  }

  void attach(ByteBuffer next) {
    input = next;
    countedTo = next.position();
  }

  void detach() {
    count();
    input = NOTHING;
    countedTo = 0;
  }

  /** Bytes consumed so far. */
  long offset() {
    return counted + (input.position() - countedTo);
  }

  /** CRC-32C of all bytes consumed so far; those that follow are not summed. */
  int endSum() {
    count();
    summing = false;
    return (int) sum.getValue();
  }

  private void count() {
    int length = input.position() - countedTo;
    if (summing && length > 0) {
      sum.update(input.slice(countedTo, length));
    }
    counted += length;
    countedTo += length;
  }

  /** The next part has {@code bytes} bytes; the caller has compared them with their limit. */
  void expect(int bytes) {
    part =
        bytes <= small.capacity()
            ? small.clear().limit(bytes)
            : ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Whether the expected part is all there; takes what it lacks from the input. */
  boolean gather() {
    return fill(part);
  }

  /** The gathered part from its start, little-endian, valid until the next one is expected. */
  ByteBuffer part() {
    return part.flip();
  }

  /** Bytes of the expected part that are there. */
  int gathered() {
    return part.position();
  }

  boolean isEmpty() {
    return !input.hasRemaining();
  }

  /** Whether {@code target} is full; moves bytes from the input into it. */
  boolean fill(ByteBuffer target) {
    int bytes = Math.min(target.remaining(), input.remaining());
    if (bytes > 0) {
      target.put(target.position(), input, input.position(), bytes);
      target.position(target.position() + bytes);
      input.position(input.position() + bytes);
    }
    return !target.hasRemaining();
  }

  void expectSkip(long bytes) {
    toSkip = bytes;
  }

  /** Whether all that was to be skipped has been. */
  boolean skip() {
    int bytes = (int) Math.min(toSkip, input.remaining());
    input.position(input.position() + bytes);
    toSkip -= bytes;
    return toSkip == 0;
  }

  ImageRefused refused(String element, long at, String why) {
    return new ImageRefused(name + ": " + element + " at byte " + at + ": " + why);
  }
}
