package io.xengarden.domain.pebble.net;

import io.xengarden.domain.pebble.image.Printf;

/** IPv4 addresses, an int each, the first octet highest. */
public final class Inet4 {
  /** No host's address. */
  public static final int NONE = 0;

  public static final int BROADCAST = -1;

  /** What {@link #parse} and {@link #parsePrefix} return for a text that is none. */
  public static final long NO_ADDRESS = -1;

  private static final String OCTET = "(0|[1-9][0-9]{0,2})";
  private static final int LOOPBACK_NET = 127;
  private static final int FIRST_MULTICAST_NET = 224;

  private Inet4() {}

  /** "10.0.0.1" as an unsigned number, or {@link #NO_ADDRESS}. */
  public static long parse(String text) {
    if (!text.matches(OCTET + "(\\." + OCTET + "){3}")) {
      return NO_ADDRESS;
    }
    long address = 0;
    for (String octet : text.split("\\.")) {
      int value = Integer.parseInt(octet);
      if (value > 255) {
        return NO_ADDRESS;
      }
      address = address << 8 | value;
    }
    return address;
  }

  /** The length in "10.0.0.1/24", 1 to 31; 32 without one; or {@link #NO_ADDRESS}. */
  public static long parsePrefix(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return 32;
    }
    String length = text.substring(slash + 1);
    return length.matches("[1-9]|[12][0-9]|3[0-2]") ? Integer.parseInt(length) : NO_ADDRESS;
  }

  public static String text(int address) {
    return Printf.text(
        "%d.%d.%d.%d", address >>> 24, address >>> 16 & 0xff, address >>> 8 & 0xff, address & 0xff);
  }

  public static int mask(int prefix) {
    return prefix == 0 ? 0 : -1 << 32 - prefix;
  }

  /** Whether a host can have it: not 0/8, not loopback, not multicast nor what lies above. */
  public static boolean isHost(int address) {
    int net = address >>> 24;
    return net != 0 && net != LOOPBACK_NET && net < FIRST_MULTICAST_NET;
  }

  public static boolean isLoopback(int address) {
    return address >>> 24 == LOOPBACK_NET;
  }
}
