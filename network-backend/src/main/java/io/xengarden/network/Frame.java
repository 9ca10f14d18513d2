package io.xengarden.network;

import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** One Ethernet frame, without preamble and checksum. Immutable; shared between threads freely. */
public final class Frame {
  /** Destination, source, type. */
  public static final int HEADER_LENGTH = 14;

  /** The largest MTU an interface can have: jumbo frames. */
  public static final int MAX_MTU = 9_000;

  /** What a frame may be longer than its interface's MTU: a header and a VLAN tag. */
  public static final int OVERHEAD = 18;

  public static final int MAX_LENGTH = MAX_MTU + OVERHEAD;

  private static final int SOURCE = 6;
  private static final int ADDRESS_LENGTH = 6;

  private final byte[] bytes;

  private Frame(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * A frame of these bytes. The array is the frame's from here on: nobody writes it any more.
   *
   * @throws IllegalArgumentException when shorter than a header or longer than {@link #MAX_LENGTH}
   */
  public static Frame of(byte[] bytes) {
    if (!isLength(bytes.length)) {
      throw new IllegalArgumentException("a frame of " + bytes.length + " bytes");
    }
    return new Frame(bytes);
  }

  /** Whether a frame can have this length. */
  public static boolean isLength(int length) {
    return length >= HEADER_LENGTH && length <= MAX_LENGTH;
  }

  public int length() {
    return bytes.length;
  }

  /** As {@link MacAddress#value}. */
  public long destination() {
    return address(0);
  }

  /** As {@link MacAddress#value}. */
  public long source() {
    return address(SOURCE);
  }

  /** Whether it is for more than one: a broadcast or a multicast. */
  public boolean isForGroup() {
    return (bytes[0] & 1) != 0;
  }

  /** Whether nobody can have sent it: from a group, or from 00:00:00:00:00:00. */
  public boolean hasImpossibleSource() {
    return (bytes[SOURCE] & 1) != 0 || source() == 0;
  }

  private long address(int at) {
    long address = 0;
    for (int i = 0; i < ADDRESS_LENGTH; i++) {
      address = address << 8 | bytes[at + i] & 0xff;
    }
    return address;
  }

  /** Copies a part of it into memory. */
  public void copyTo(int offset, Memory target, long address, int length) {
    target.write(address, bytes, offset, length);
  }

  /** All of it, read-only. */
  public ByteBuffer buffer() {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  /** A copy of its bytes. */
  public byte[] toByteArray() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Frame frame && Arrays.equals(bytes, frame.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "%s > %s, %d bytes"
        .formatted(new MacAddress(source()), new MacAddress(destination()), bytes.length);
  }
}
