package io.xengarden.domain.pebble.net;

import java.nio.ByteBuffer;
import java.util.Optional;

/** An ARP packet for IPv4 on Ethernet. Source: RFC 826, RFC 903. */
public record ArpPacket(int operation, long senderMac, int senderIp, long targetMac, int targetIp) {
  public static final int REQUEST = 1;
  public static final int REPLY = 2;
  public static final int RARP_REQUEST = 3;

  private static final int SIZE = 28;

  /** Hardware Ethernet, protocol IPv4, address lengths 6 and 4. */
  private static final long KIND = 0x0001_0800_0604L;

  /** What the frame holds, if that is a well-formed packet. */
  public static Optional<ArpPacket> parse(ByteBuffer frame) {
    int at = Ethernet.HEADER;
    if (frame.limit() < at + SIZE || frame.getLong(at) >>> 16 != KIND) {
      return Optional.empty();
    }
    return Optional.of(
        new ArpPacket(
            Short.toUnsignedInt(frame.getShort(at + 6)),
            Ethernet.mac(frame, at + 8),
            frame.getInt(at + 14),
            Ethernet.mac(frame, at + 18),
            frame.getInt(at + 24)));
  }

  /** The frame that carries it. */
  public byte[] to(long destination) {
    int type = operation == RARP_REQUEST ? Ethernet.TYPE_RARP : Ethernet.TYPE_ARP;
    ByteBuffer frame = Ethernet.frame(destination, senderMac, type, SIZE);
    frame.putLong(KIND << 16 | operation);
    frame.position(Ethernet.HEADER + 8);
    Ethernet.putMac(frame, senderMac);
    frame.putInt(senderIp);
    Ethernet.putMac(frame, targetMac);
    frame.putInt(targetIp);
    return frame.array();
  }
}
