package io.xengarden.xenstore.wire;

import io.xengarden.abi.Errno;
import io.xengarden.xenstore.tree.StoreError;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Strings that end with a NUL, as requests and replies carry them; one character per byte. */
final class Payload {
  static final byte[] OK = of("OK");

  private static final int DOMID_MAX = 0xffff;

  private Payload() {}

  /** The one string that is all of the payload, or EINVAL. */
  static String only(byte[] payload) {
    int end = end(payload, 0);
    if (end < 0 || end != payload.length - 1) {
      throw new StoreError(Errno.EINVAL);
    }
    return text(payload, 0, end);
  }

  /** The first string; what follows it is the caller's. EINVAL if there is none. */
  static String first(byte[] payload) {
    int end = end(payload, 0);
    if (end < 0) {
      throw new StoreError(Errno.EINVAL);
    }
    return text(payload, 0, end);
  }

  /** What follows the first string. */
  static byte[] afterFirst(byte[] payload) {
    return Arrays.copyOfRange(payload, end(payload, 0) + 1, payload.length);
  }

  /** All strings; bytes after the last NUL are ignored, as C xenstored does. */
  static List<String> strings(byte[] payload) {
    List<String> strings = new ArrayList<>();
    int start = 0;
    for (int end = end(payload, 0); end >= 0; end = end(payload, start)) {
      strings.add(text(payload, start, end));
      start = end + 1;
    }
    return strings;
  }

  static byte[] of(String... strings) {
    return of(List.of(strings));
  }

  static byte[] of(List<String> strings) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String string : strings) {
      bytes.writeBytes(string.getBytes(StandardCharsets.ISO_8859_1));
      bytes.write(0);
    }
    return bytes.toByteArray();
  }

  static int domid(String string) {
    int domid = number(string);
    if (domid > DOMID_MAX) {
      throw new StoreError(Errno.EINVAL);
    }
    return domid;
  }

  /** A decimal number from 0 to 2^31-1, or EINVAL. */
  static int number(String string) {
    if (string.isEmpty() || string.length() > 10) {
      throw new StoreError(Errno.EINVAL);
    }
    long number = 0;
    for (int i = 0; i < string.length(); i++) {
      int digit = string.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        throw new StoreError(Errno.EINVAL);
      }
      number = number * 10 + digit;
    }
    if (number > Integer.MAX_VALUE) {
      throw new StoreError(Errno.EINVAL);
    }
    return (int) number;
  }

  private static int end(byte[] payload, int start) {
    for (int i = start; i < payload.length; i++) {
      if (payload[i] == 0) {
        return i;
      }
    }
    return -1;
  }

  private static String text(byte[] payload, int start, int end) {
    return new String(payload, start, end - start, StandardCharsets.ISO_8859_1);
  }
}
