package io.xengarden.domain.pebble.image;

import io.xengarden.machine.Memory;
import java.nio.charset.StandardCharsets;

/** A record in guest pages: a view that may be thrown away at any time. */
public abstract class Record {
  protected final Memory memory;
  protected final long address;

  protected Record(Memory memory, long address) {
    this.memory = memory;
    this.address = address;
  }

  public final long address() {
    return address;
  }

  protected final int int32(int offset) {
    return memory.getInt(address + offset);
  }

  protected final void int32(int offset, int value) {
    memory.putInt(address + offset, value);
  }

  protected final long int64(int offset) {
    return memory.getLong(address + offset);
  }

  protected final void int64(int offset, long value) {
    memory.putLong(address + offset, value);
  }

  /** A text of at most {@code size - 1} bytes, ended by NUL. */
  protected final String text(int offset, int size) {
    byte[] bytes = memory.read(address + offset, size);
    int length = 0;
    while (length < size && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  /** Cuts what does not fit. */
  protected final void text(int offset, int size, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    byte[] field = new byte[size];
    System.arraycopy(bytes, 0, field, 0, Math.min(bytes.length, size - 1));
    memory.write(address + offset, field);
  }

  protected final boolean flag(int offset, int mask) {
    return (int32(offset) & mask) != 0;
  }

  protected final void flag(int offset, int mask, boolean on) {
    int before = int32(offset);
    int after = on ? before | mask : before & ~mask;
    if (after != before) {
      int32(offset, after);
    }
  }
}
