package io.xengarden.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FrameTest {
  @Test
  void addressesAreReadAsTheyAreSent() {
    MacAddress from = MacAddress.parse("00:16:3e:ff:80:01");
    MacAddress to = MacAddress.parse("FE:dc:ba:98:76:54");
    Frame frame = Frame.of(Frames.numbered(from, to, 1, 60));
    assertThat(frame.source()).isEqualTo(from.value());
    assertThat(frame.destination()).isEqualTo(to.value());
    assertThat(frame.isForGroup()).isFalse();
    assertThat(frame).hasToString("00:16:3e:ff:80:01 > fe:dc:ba:98:76:54, 60 bytes");
  }

  @Test
  void broadcastAndMulticastAreForGroups() {
    assertThat(Frame.of(Frames.numbered(Frames.mac(1), Frames.BROADCAST, 1, 60)).isForGroup())
        .isTrue();
    MacAddress multicast = MacAddress.parse("01:00:5e:00:00:fb");
    assertThat(Frame.of(Frames.numbered(Frames.mac(1), multicast, 1, 60)).isForGroup()).isTrue();
  }

  @Test
  void lengthsAreLimited() {
    assertThatThrownBy(() -> Frame.of(new byte[13])).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Frame.of(new byte[Frame.MAX_LENGTH + 1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Frame.of(new byte[14]).length()).isEqualTo(14);
  }

  @Test
  void nobodyChangesAFrame() {
    Frame frame = Frame.of(Frames.numbered(Frames.mac(1), Frames.mac(2), 1, 60));
    assertThat(frame.buffer().isReadOnly()).isTrue();
    frame.toByteArray()[0] = 99;
    assertThat(frame.destination()).isEqualTo(Frames.mac(2).value());
  }
}
