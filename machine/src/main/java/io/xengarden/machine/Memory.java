package io.xengarden.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Byte-addressable little-endian memory made of 4 KiB pages, shared between threads.
 *
 * <p>Scalars must be naturally aligned, so they never cross a page. Every access checks all of its
 * range first and throws {@link MemoryFault}; a fault changes nothing.
 *
 * <p>Concurrency, operation by operation:
 *
 * <ul>
 *   <li>{@code getX}, {@code putX}, {@code read}, {@code write}, {@code copyTo}, {@code fill}:
 *       plain. Aligned scalars are not torn; nothing orders them.
 *   <li>{@code getIntAcquire}, {@code putIntRelease}: what was written before the release is seen
 *       after the acquire that reads it. Ring producers and consumers live on this pair.
 *   <li>{@code compareAndSetInt}, {@code getAndBitwiseOrLong}, {@code getAndBitwiseAndLong}:
 *       atomic, sequentially consistent among themselves.
 *   <li>{@link VarHandle#fullFence()} orders a store before a later load (the ring's final check).
 * </ul>
 *
 * A write is logged as dirty after its bytes are in memory, never before: a page copied after its
 * dirty bit was cleared therefore holds every write whose bit was cleared.
 */
public abstract sealed class Memory permits GuestMemory, PageView {
  /** Bytes in a page, as everywhere on x86. */
  public static final int PAGE_SIZE = 4096;

  public static final int PAGE_SHIFT = 12;

  private static final VarHandle INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

  final MemorySegment ram;

  Memory(MemorySegment ram) {
    this.ram = ram;
  }

  /** Bytes addressable from 0; a guest's memory may have holes below it. */
  public abstract long size();

  /** Offset into RAM of {@code length} bytes inside one page, or a fault. */
  abstract long locate(long address, int length);

  /** As {@link #locate}, and faults where this view may not write. */
  abstract long locateForWrite(long address, int length);

  /** Logs the page of a write that is already in memory. */
  abstract void wrote(long address);

  public final byte getByte(long address) {
    return ram.get(ValueLayout.JAVA_BYTE, locate(address, 1));
  }

  public final void putByte(long address, byte value) {
    ram.set(ValueLayout.JAVA_BYTE, locateForWrite(address, 1), value);
    wrote(address);
  }

  public final short getShort(long address) {
    return ram.get(SHORT, locate(aligned(address, 2), 2));
  }

  public final void putShort(long address, short value) {
    ram.set(SHORT, locateForWrite(aligned(address, 2), 2), value);
    wrote(address);
  }

  public final int getInt(long address) {
    return (int) INT.get(ram, locate(aligned(address, 4), 4));
  }

  public final void putInt(long address, int value) {
    INT.set(ram, locateForWrite(aligned(address, 4), 4), value);
    wrote(address);
  }

  public final long getLong(long address) {
    return (long) LONG.get(ram, locate(aligned(address, 8), 8));
  }

  public final void putLong(long address, long value) {
    LONG.set(ram, locateForWrite(aligned(address, 8), 8), value);
    wrote(address);
  }

  public final int getIntAcquire(long address) {
    return (int) INT.getAcquire(ram, locate(aligned(address, 4), 4));
  }

  public final void putIntRelease(long address, int value) {
    INT.setRelease(ram, locateForWrite(aligned(address, 4), 4), value);
    wrote(address);
  }

  /** Sets to {@code update} if it holds {@code expected}; true when it did. */
  public final boolean compareAndSetInt(long address, int expected, int update) {
    boolean done = INT.compareAndSet(ram, locateForWrite(aligned(address, 4), 4), expected, update);
    if (done) {
      wrote(address);
    }
    return done;
  }

  /** The value before {@code mask} was or-ed in. */
  public final long getAndBitwiseOrLong(long address, long mask) {
    long before = (long) LONG.getAndBitwiseOr(ram, locateForWrite(aligned(address, 8), 8), mask);
    wrote(address);
    return before;
  }

  /** The value before {@code mask} was and-ed in. */
  public final long getAndBitwiseAndLong(long address, long mask) {
    long before = (long) LONG.getAndBitwiseAnd(ram, locateForWrite(aligned(address, 8), 8), mask);
    wrote(address);
    return before;
  }

  /** Copies out; the range may cross pages. */
  public final void read(long address, byte[] target, int offset, int length) {
    requireReadable(address, length);
    for (int done = 0; done < length; ) {
      int chunk = chunk(address + done, length - done);
      MemorySegment.copy(
          ram, ValueLayout.JAVA_BYTE, locate(address + done, chunk), target, offset + done, chunk);
      done += chunk;
    }
  }

  public final byte[] read(long address, int length) {
    requireReadable(address, length); // before the array: a length may be a guest's
    byte[] bytes = new byte[length];
    read(address, bytes, 0, length);
    return bytes;
  }

  /** Copies in; the range may cross pages. */
  public final void write(long address, byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    requireWritable(address, length);
    for (int done = 0; done < length; ) {
      int chunk = chunk(address + done, length - done);
      MemorySegment.copy(
          source,
          offset + done,
          ram,
          ValueLayout.JAVA_BYTE,
          locateForWrite(address + done, chunk),
          chunk);
      wrote(address + done);
      done += chunk;
    }
  }

  public final void write(long address, byte... source) {
    write(address, source, 0, source.length);
  }

  public final void fill(long address, long length, byte value) {
    requireWritable(address, length);
    for (long done = 0; done < length; ) {
      int chunk = chunk(address + done, length - done);
      ram.asSlice(locateForWrite(address + done, chunk), chunk).fill(value);
      wrote(address + done);
      done += chunk;
    }
  }

  /** Copies {@code length} bytes to another view, page by page from the lowest. */
  public final void copyTo(long address, Memory target, long targetAddress, long length) {
    requireReadable(address, length);
    target.requireWritable(targetAddress, length);
    for (long done = 0; done < length; ) {
      int chunk = chunk(address + done, length - done);
      chunk = chunk(targetAddress + done, chunk);
      MemorySegment.copy(
          ram,
          locate(address + done, chunk),
          target.ram,
          target.locateForWrite(targetAddress + done, chunk),
          chunk);
      target.wrote(targetAddress + done);
      done += chunk;
    }
  }

  /** A read-only buffer over bytes inside one page, valid while the page is held. */
  public final ByteBuffer readBuffer(long address, int length) {
    return bytes(locate(address, length), length).asReadOnlyBuffer();
  }

  /**
   * A buffer to fill bytes inside one page. Whoever fills it calls {@link #filled} afterwards, from
   * any thread, before it lets go of the page.
   */
  public final ByteBuffer writeBuffer(long address, int length) {
    return bytes(locateForWrite(address, length), length);
  }

  /** Bytes of the host's RAM, which the caller has checked. */
  final ByteBuffer bytes(long place, int length) {
    return ram.asSlice(place, length).asByteBuffer();
  }

  /** Says that the bytes of a {@link #writeBuffer} at {@code address} are in memory. */
  public final void filled(long address) {
    VarHandle.fullFence(); // the thread that filled need not be the owner
    wrote(address);
  }

  /** Faults before anything is changed, rather than when half of it is. */
  private void requireReadable(long address, long length) {
    requireLength(address, length);
    for (long done = 0; done < length; ) {
      int chunk = chunk(address + done, length - done);
      locate(address + done, chunk);
      done += chunk;
    }
  }

  private void requireWritable(long address, long length) {
    requireLength(address, length);
    for (long done = 0; done < length; ) {
      int chunk = chunk(address + done, length - done);
      locateForWrite(address + done, chunk);
      done += chunk;
    }
  }

  private static void requireLength(long address, long length) {
    if (length < 0) {
      throw new MemoryFault("negative length " + length, address);
    }
  }

  private static int chunk(long address, long remaining) {
    return (int) Math.min(remaining, PAGE_SIZE - (address & (PAGE_SIZE - 1)));
  }

  private static long aligned(long address, int size) {
    if ((address & (size - 1)) != 0) {
      throw new MemoryFault("misaligned " + size + "-byte access", address);
    }
    return address;
  }
}
