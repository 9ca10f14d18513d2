package io.xengarden.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class XenstoreMessageProperties {
  @Property
  void messagesRoundTripFromAnyOffset(
      @ForAll @Size(value = 3) int[] header,
      @ForAll @Size(max = 4096) byte[] payload,
      @ForAll @IntRange(max = 20) int offset) {
    XenstoreMessage message = new XenstoreMessage(header[0], header[1], header[2], payload);
    byte[] wire = message.toBytes();
    byte[] moved = new byte[offset + wire.length + 3];
    System.arraycopy(wire, 0, moved, offset, wire.length);

    assertThat(wire).hasSize(XenstoreMessage.HEADER + payload.length);
    assertThat(XenstoreMessage.payloadLength(moved, offset)).isEqualTo(payload.length);
    assertThat(XenstoreMessage.fromBytes(moved, offset)).isEqualTo(message);
  }

  @Property
  void anyBytesAreAMessageOrRefused(@ForAll @Size(max = 64) byte[] bytes) {
    try {
      XenstoreMessage message = XenstoreMessage.fromBytes(bytes, 0);
      byte[] again = message.toBytes();
      assertThat(again).isEqualTo(Arrays.copyOf(bytes, again.length));
    } catch (IllegalArgumentException refused) {
      assertThat(refused).hasMessageContaining("bytes");
    }
  }

  @Property
  void aLengthBeyondTheLimitIsRefused(@ForAll int length) {
    byte[] bytes = new byte[8192];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(12, length);
    if (length >= 0 && length <= XenstoreMessage.PAYLOAD_MAX) {
      assertThat(XenstoreMessage.fromBytes(bytes, 0).payload()).hasSize(length);
    } else {
      assertThat(XenstoreMessage.payloadLength(bytes, 0))
          .as("unsigned")
          .isGreaterThan(XenstoreMessage.PAYLOAD_MAX);
      assertThatThrownBy(() -> XenstoreMessage.fromBytes(bytes, 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Example
  void theBytesOfAReadAreXens() {
    byte[] path = "name\0".getBytes(StandardCharsets.US_ASCII);
    byte[] wire = new XenstoreMessage(XenstoreOp.READ.number(), 0x0102, 7, path).toBytes();

    assertThat(wire)
        .containsExactly(2, 0, 0, 0, 2, 1, 0, 0, 7, 0, 0, 0, 5, 0, 0, 0, 'n', 'a', 'm', 'e', 0);
    assertThatThrownBy(() -> new XenstoreMessage(2, 0, 0, new byte[4097]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
