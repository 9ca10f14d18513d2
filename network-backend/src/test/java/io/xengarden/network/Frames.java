package io.xengarden.network;

import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/** Frames that say who sent them, and which one they are. */
public final class Frames {
  public static final MacAddress BROADCAST = MacAddress.parse("ff:ff:ff:ff:ff:ff");

  private static final int TYPE = 0x88b5; // IEEE 802: for local experiments
  private static final int HEADER = 18;

  private Frames() {}

  /** 00:16:3e:00:00:NN. */
  public static MacAddress mac(int number) {
    return new MacAddress(0x0016_3e00_0000L + number);
  }

  /** So many bytes; the payload follows from the number. */
  public static byte[] numbered(MacAddress from, MacAddress to, int number, int length) {
    ByteBuffer frame = ByteBuffer.allocate(Math.max(length, HEADER));
    putMac(frame, to);
    putMac(frame, from);
    frame.putShort((short) TYPE).putInt(number);
    while (frame.hasRemaining()) {
      frame.put((byte) (number * 31 + frame.position()));
    }
    return frame.array();
  }

  /** As above, of any length that an MTU of 1500 allows. */
  public static byte[] numbered(
      MacAddress from, MacAddress to, int number, RandomGenerator random) {
    return numbered(from, to, number, random.nextInt(HEADER, 1_515));
  }

  private static void putMac(ByteBuffer frame, MacAddress address) {
    frame.putShort((short) (address.value() >>> 32)).putInt((int) address.value());
  }

  public static boolean isNumbered(byte[] frame) {
    return Short.toUnsignedInt(ByteBuffer.wrap(frame).getShort(12)) == TYPE;
  }

  public static int number(byte[] frame) {
    return ByteBuffer.wrap(frame).getInt(Frame.HEADER_LENGTH);
  }

  /** ARP: the sender's own address, to everyone. */
  public static byte[] gratuitousArp(MacAddress from, int ip) {
    ByteBuffer frame = ByteBuffer.allocate(60);
    putMac(frame, BROADCAST);
    putMac(frame, from);
    frame.putShort((short) 0x0806).putShort((short) 1).putShort((short) 0x0800);
    frame.put((byte) 6).put((byte) 4).putShort((short) 2);
    putMac(frame, from);
    frame.putInt(ip);
    putMac(frame, BROADCAST);
    frame.putInt(ip);
    return frame.array();
  }
}
