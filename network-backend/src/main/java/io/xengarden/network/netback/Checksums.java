package io.xengarden.network.netback;

import java.nio.ByteBuffer;

/**
 * Fills in the TCP or UDP checksum that a frontend left blank. Real kernels do so unless their user
 * turns it off; nothing behind this backend takes a frame without one.
 */
final class Checksums {
  private static final int ETHERNET = 14;
  private static final int TYPE = 12;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86dd;
  private static final int TCP = 6;
  private static final int UDP = 17;

  private Checksums() {}

  /** False when the frame is not whole, unfragmented TCP or UDP over IPv4 or plain IPv6. */
  static boolean fill(byte[] bytes) {
    ByteBuffer frame = ByteBuffer.wrap(bytes);
    return switch (Short.toUnsignedInt(frame.getShort(TYPE))) {
      case IPV4 -> fillIpv4(frame);
      case IPV6 -> fillIpv6(frame);
      default -> false;
    };
  }

  private static boolean fillIpv4(ByteBuffer frame) {
    final int minHeader = 20;
    if (frame.capacity() < ETHERNET + minHeader || frame.get(ETHERNET) >>> 4 != 4) {
      return false;
    }
    int header = (frame.get(ETHERNET) & 0xf) * 4;
    int length = Short.toUnsignedInt(frame.getShort(ETHERNET + 2)) - header;
    boolean fragment = (frame.getShort(ETHERNET + 6) & 0x3fff) != 0;
    if (header < minHeader || fragment) {
      return false;
    }
    int protocol = frame.get(ETHERNET + 9);
    return fill(frame, new Segment(ETHERNET + header, length, protocol), ETHERNET + 12, 8);
  }

  private static boolean fillIpv6(ByteBuffer frame) {
    final int header = 40;
    if (frame.capacity() < ETHERNET + header || (frame.get(ETHERNET) >>> 4 & 0xf) != 6) {
      return false;
    }
    int length = Short.toUnsignedInt(frame.getShort(ETHERNET + 4));
    int protocol = frame.get(ETHERNET + 6);
    return fill(frame, new Segment(ETHERNET + header, length, protocol), ETHERNET + 8, 32);
  }

  private record Segment(int start, int length, int protocol) {
    int checksumAt() {
      return start + (protocol == TCP ? 16 : 6);
    }

    int minLength() {
      return protocol == TCP ? 20 : 8;
    }
  }

  /** {@code addresses}: the two IP addresses lie there, of so many bytes together. */
  private static boolean fill(ByteBuffer frame, Segment segment, int addresses, int addressBytes) {
    boolean known = segment.protocol() == TCP || segment.protocol() == UDP;
    boolean whole =
        segment.length() >= segment.minLength()
            && segment.start() + segment.length() <= frame.capacity();
    if (!known || !whole) {
      return false;
    }
    frame.putShort(segment.checksumAt(), (short) 0);
    long sum =
        sum(frame, addresses, addressBytes)
            + segment.protocol()
            + segment.length()
            + sum(frame, segment.start(), segment.length());
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    int checksum = (int) ~sum & 0xffff;
    boolean noChecksum = checksum == 0 && segment.protocol() == UDP; // 0 would say: there is none
    frame.putShort(segment.checksumAt(), (short) (noChecksum ? 0xffff : checksum));
    return true;
  }

  private static long sum(ByteBuffer frame, int from, int length) {
    long sum = 0;
    int even = length & ~1;
    for (int at = from; at < from + even; at += 2) {
      sum += Short.toUnsignedInt(frame.getShort(at));
    }
    return even == length ? sum : sum + ((frame.get(from + even) & 0xff) << 8);
  }
}
