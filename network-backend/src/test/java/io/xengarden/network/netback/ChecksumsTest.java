package io.xengarden.network.netback;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ChecksumsTest {
  private static final int UDP_CHECKSUM = 14 + 20 + 6;

  /** UDP over IPv4, 10.0.0.1:1000 to 10.0.0.2:2000, with the blank checksum that Linux leaves. */
  static byte[] udp(int payload) {
    int length = 8 + payload;
    ByteBuffer frame = ByteBuffer.allocate(14 + 20 + length);
    frame.position(12).putShort((short) 0x0800);
    frame.put((byte) 0x45).put((byte) 0).putShort((short) (20 + length)).putInt(0);
    frame.put((byte) 64).put((byte) 17).putShort((short) 0).putInt(0x0a000001).putInt(0x0a000002);
    frame.putShort((short) 1000).putShort((short) 2000).putShort((short) length);
    frame.putShort((short) 0x1234);
    for (int i = 0; i < payload; i++) {
      frame.put((byte) (i * 7));
    }
    return frame.array();
  }

  /** What a receiver does: the sum over pseudo header and segment, checksum included, is -0. */
  static boolean isRight(byte[] bytes) {
    ByteBuffer frame = ByteBuffer.wrap(bytes);
    int length = Short.toUnsignedInt(frame.getShort(16)) - 20;
    long sum = 17 + length;
    for (int at = 26; at < 34 + length; at += 2) {
      int low = at + 1 < bytes.length ? bytes[at + 1] & 0xff : 0;
      sum += (bytes[at] & 0xff) << 8 | low;
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum == 0xffff;
  }

  @Test
  void theReceiverFindsTheSumRight() {
    for (int payload = 0; payload < 40; payload++) {
      byte[] frame = udp(payload);
      assertThat(isRight(frame)).as("before").isFalse();
      assertThat(Checksums.fill(frame)).isTrue();
      assertThat(isRight(frame)).as("payload of %s", payload).isTrue();
    }
  }

  @Test
  void theSumIsTheOneComputedByHand() {
    byte[] frame = udp(0);
    Checksums.fill(frame);
    // 0a00+0001+0a00+0002 + 0011+0008 + 03e8+07d0+0008 = 1fdc; its complement
    assertThat(ByteBuffer.wrap(frame).getShort(UDP_CHECKSUM)).isEqualTo((short) ~0x1fdc);
  }

  @Test
  void onlyWholeUnfragmentedSegmentsHaveOne() {
    byte[] fragment = udp(20);
    fragment[14 + 6] = 0x20; // more fragments
    assertThat(Checksums.fill(fragment)).isFalse();
    byte[] icmp = udp(20);
    icmp[14 + 9] = 1;
    assertThat(Checksums.fill(icmp)).isFalse();
    byte[] longer = udp(20);
    longer[14 + 3] = 100; // more than the frame holds
    assertThat(Checksums.fill(longer)).isFalse();
    byte[] header = udp(20);
    header[14] = 0x41; // an IP header of four bytes
    assertThat(Checksums.fill(header)).isFalse();
    assertThat(Checksums.fill(new byte[14])).isFalse();
  }

  @Test
  void tcpOverIpv6HasItToo() {
    ByteBuffer frame = ByteBuffer.allocate(14 + 40 + 20);
    frame.putShort(12, (short) 0x86dd).put(14, (byte) 0x60).putShort(18, (short) 20);
    frame.put(20, (byte) 6).put(14 + 8 + 15, (byte) 1).put(14 + 24 + 15, (byte) 2);
    frame.putShort(54, (short) 1000).putShort(56, (short) 2000).put(66, (byte) 0x50);
    assertThat(Checksums.fill(frame.array())).isTrue();
    // 1 + 2 + 6 + 20 + 1000 + 2000 + 5000h = 5bd5h
    assertThat(frame.getShort(54 + 16)).isEqualTo((short) ~0x5bd5);
  }
}
