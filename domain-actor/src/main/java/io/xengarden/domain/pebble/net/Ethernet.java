package io.xengarden.domain.pebble.net;

import io.xengarden.domain.pebble.image.Printf;
import java.nio.ByteBuffer;

/** Ethernet frames, and their addresses: 48 bits, the byte that is sent first highest. */
public final class Ethernet {
  public static final int HEADER = 14;
  public static final int TYPE_IPV4 = 0x0800;
  public static final int TYPE_ARP = 0x0806;
  public static final int TYPE_RARP = 0x8035;
  public static final long BROADCAST = 0xffff_ffff_ffffL;

  /** What {@link #parseMac} returns for a text that is none, or for nobody's own. */
  public static final long NO_MAC = -1;

  private static final int SHORTEST = 60;
  private static final String MAC = "[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}";

  private Ethernet() {}

  /** An interface's address in its usual form. */
  public static long parseMac(String text) {
    if (!text.matches(MAC)) {
      return NO_MAC;
    }
    long mac = Long.parseLong(text.replace(":", ""), 16);
    return isUnicast(mac) ? mac : NO_MAC;
  }

  public static String text(long mac) {
    return Printf.text("%012x", mac).replaceAll("(..)(?!$)", "$1:");
  }

  /** Whether it can be one interface's: no group's, not all zero. */
  public static boolean isUnicast(long mac) {
    return mac != 0 && (mac >>> 40 & 1) == 0;
  }

  /** A frame with room for {@code payload} bytes, positioned behind its header. */
  public static ByteBuffer frame(long to, long from, int type, int payload) {
    ByteBuffer frame = ByteBuffer.allocate(Math.max(SHORTEST, HEADER + payload));
    putMac(frame, to);
    putMac(frame, from);
    return frame.putShort((short) type);
  }

  public static long destination(ByteBuffer frame) {
    return mac(frame, 0);
  }

  public static long source(ByteBuffer frame) {
    return mac(frame, 6);
  }

  public static int type(ByteBuffer frame) {
    return Short.toUnsignedInt(frame.getShort(12));
  }

  static long mac(ByteBuffer frame, int at) {
    return (long) Short.toUnsignedInt(frame.getShort(at)) << 32
        | Integer.toUnsignedLong(frame.getInt(at + 2));
  }

  static void putMac(ByteBuffer frame, long mac) {
    frame.putShort((short) (mac >>> 32)).putInt((int) mac);
  }
}
