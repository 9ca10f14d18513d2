package io.xengarden.abi;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** Chars stand for u16. */
class NetifRingProperties {
  private static final long BASE = GuestPage.BASE;

  @Property
  void transmitMessagesRoundTrip(
      @ForAll int gref,
      @ForAll @Size(value = 4) char[] words,
      @ForAll short status,
      @ForAll int index) {
    try (GuestPage page = new GuestPage()) {
      var request = new NetifRing.TxRequest(gref, words[0], words[1], words[2], words[3]);
      NetifRing.writeTxRequest(page.memory, BASE, index, request);
      assertThat(NetifRing.readTxRequest(page.view(), 0, index)).isEqualTo(request);

      var response = new NetifRing.TxResponse(words[2], status);
      NetifRing.writeTxResponse(page.view(), 0, index, response);
      assertThat(NetifRing.readTxResponse(page.memory, BASE, index)).isEqualTo(response);
      page.assertNeighboursUntouched();
    }
  }

  @Property
  void receiveMessagesRoundTrip(
      @ForAll int gref,
      @ForAll @Size(value = 3) char[] words,
      @ForAll short status,
      @ForAll int index) {
    try (GuestPage page = new GuestPage()) {
      var request = new NetifRing.RxRequest(words[0], gref);
      NetifRing.writeRxRequest(page.memory, BASE, index, request);
      assertThat(NetifRing.readRxRequest(page.view(), 0, index)).isEqualTo(request);

      var response = new NetifRing.RxResponse(words[0], words[1], words[2], status);
      NetifRing.writeRxResponse(page.view(), 0, index, response);
      assertThat(NetifRing.readRxResponse(page.memory, BASE, index)).isEqualTo(response);
      page.assertNeighboursUntouched();
    }
  }

  @Example
  void theBytesAreXens() {
    try (GuestPage page = new GuestPage()) {
      NetifRing.writeTxRequest(
          page.memory, BASE, 257, new NetifRing.TxRequest(0x01020304, 0x0506, 9, 0x0708, 1514));
      assertThat(page.memory.read(BASE + 64 + 12, 12))
          .containsExactly(4, 3, 2, 1, 6, 5, 9, 0, 8, 7, 0xea, 5);

      NetifRing.writeRxRequest(page.memory, BASE, 3, new NetifRing.RxRequest(0x0102, 0x03040506));
      assertThat(page.memory.read(BASE + 64 + 3 * 8, 8)).containsExactly(2, 1, 0, 0, 6, 5, 4, 3);
    }
  }
}
