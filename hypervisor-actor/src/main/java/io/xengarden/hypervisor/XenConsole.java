package io.xengarden.hypervisor;

import io.xengarden.abi.Domid;
import java.nio.charset.StandardCharsets;

/** Xen's console ring: the last {@value #SIZE_BYTES} bytes of what Xen and domains had to say. */
final class XenConsole {
  /** As Xen's conring_size is by default. */
  static final int SIZE_BYTES = 16 * 1024;

  /** Longer lines are cut: one guest's line must not push out all others'. */
  static final int MAX_LINE_BYTES = 1024;

  private final byte[] ring = new byte[SIZE_BYTES];
  private long written;
  private long start;

  /** Xen's own line. */
  void print(String line) {
    append("(XEN) " + line);
  }

  /** A line by a domain; unprintable characters are shown as '?'. */
  void print(Domid domid, String line) {
    append((domid.equals(Domid.XEN) ? "(XEN) " : "(d" + domid + ") ") + line);
  }

  private void append(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
    int length = Math.min(bytes.length, MAX_LINE_BYTES);
    for (int i = 0; i < length; i++) {
      put(bytes[i] >= ' ' && bytes[i] < 0x7f || bytes[i] == '\t' ? bytes[i] : (byte) '?');
    }
    put((byte) '\n');
    start = Math.max(start, written - SIZE_BYTES);
  }

  private void put(byte character) {
    ring[(int) (written++ % SIZE_BYTES)] = character;
  }

  /** What is there, oldest first. */
  String text() {
    byte[] text = new byte[(int) (written - start)];
    for (int i = 0; i < text.length; i++) {
      text[i] = ring[(int) ((start + i) % SIZE_BYTES)];
    }
    return new String(text, StandardCharsets.US_ASCII);
  }

  void clear() {
    start = written;
  }
}
