package io.xengarden.domain.pebble.net;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An ICMP echo request or reply in an IPv4 packet. Source: RFC 791, RFC 792.
 *
 * @param data what the reply repeats
 */
public record EchoPacket(Kind kind, Addresses addresses, int ttl, Tag tag, byte[] data) {
  /** Which of the two. */
  public enum Kind {
    REQUEST(8),
    REPLY(0);

    private final int type;

    Kind(int type) {
      this.type = type;
    }
  }

  /** From whom, to whom. */
  public record Addresses(int source, int destination) {}

  /** What makes a reply its request's. */
  public record Tag(int id, int sequence) {}

  public static final int TTL = 64;

  /** Bytes before the data: those of IPv4 and of ICMP. */
  public static final int IP_HEADER = 20;

  public static final int ICMP_HEADER = 8;

  private static final int VERSION = 4;
  private static final int PROTOCOL_ICMP = 1;
  private static final int DONT_FRAGMENT = 0x4000;
  private static final int FRAGMENT = 0x3fff;
  private static final int AT = Ethernet.HEADER;

  /** What the frame holds, if that is a well-formed, whole echo packet. */
  public static Optional<EchoPacket> parse(ByteBuffer frame) {
    if (frame.limit() < AT + IP_HEADER || frame.get(AT) >>> 4 != VERSION) {
      return Optional.empty();
    }
    int header = (frame.get(AT) & 0xf) * 4;
    int length = Short.toUnsignedInt(frame.getShort(AT + 2));
    boolean whole =
        header >= IP_HEADER
            && length >= header + ICMP_HEADER
            && frame.limit() >= AT + length
            && (frame.getShort(AT + 6) & FRAGMENT) == 0
            && frame.get(AT + 9) == PROTOCOL_ICMP
            && checksum(frame, AT, header) == 0
            && checksum(frame, AT + header, length - header) == 0;
    return whole ? icmp(frame, AT + header, length - header) : Optional.empty();
  }

  private static Optional<EchoPacket> icmp(ByteBuffer frame, int at, int length) {
    for (Kind kind : Kind.values()) {
      if (frame.getShort(at) == kind.type << 8) {
        byte[] data = new byte[length - ICMP_HEADER];
        frame.get(at + ICMP_HEADER, data);
        return Optional.of(
            new EchoPacket(
                kind,
                new Addresses(frame.getInt(AT + 12), frame.getInt(AT + 16)),
                Byte.toUnsignedInt(frame.get(AT + 8)),
                new Tag(
                    Short.toUnsignedInt(frame.getShort(at + 4)),
                    Short.toUnsignedInt(frame.getShort(at + 6))),
                data));
      }
    }
    return Optional.empty();
  }

  /** Bytes from the ICMP header on, as ping counts them. */
  public int icmpBytes() {
    return ICMP_HEADER + data.length;
  }

  /** The answer to a request. */
  public EchoPacket reply() {
    Addresses back = new Addresses(addresses.destination(), addresses.source());
    return new EchoPacket(Kind.REPLY, back, TTL, tag, data);
  }

  /** The frame that carries it. */
  public byte[] frame(long to, long from) {
    int length = IP_HEADER + ICMP_HEADER + data.length;
    ByteBuffer frame = Ethernet.frame(to, from, Ethernet.TYPE_IPV4, length);
    frame.put((byte) (VERSION << 4 | IP_HEADER / 4)).put((byte) 0).putShort((short) length);
    frame.putShort((short) tag.sequence()).putShort((short) DONT_FRAGMENT);
    frame.put((byte) ttl).put((byte) PROTOCOL_ICMP).putShort((short) 0);
    frame.putInt(addresses.source()).putInt(addresses.destination());
    frame.put((byte) kind.type).put((byte) 0).putShort((short) 0);
    frame.putShort((short) tag.id()).putShort((short) tag.sequence()).put(data);
    frame.putShort(AT + 10, (short) checksum(frame, AT, IP_HEADER));
    int icmp = AT + IP_HEADER;
    frame.putShort(icmp + 2, (short) checksum(frame, icmp, ICMP_HEADER + data.length));
    return frame.array();
  }

  /** The internet checksum; 0 over what contains a right one. Source: RFC 1071. */
  static int checksum(ByteBuffer bytes, int from, int length) {
    long sum = 0;
    for (int i = 0; i + 1 < length; i += 2) {
      sum += Short.toUnsignedInt(bytes.getShort(from + i));
    }
    if ((length & 1) != 0) {
      sum += Byte.toUnsignedInt(bytes.get(from + length - 1)) << 8;
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) ~sum & 0xffff;
  }
}
