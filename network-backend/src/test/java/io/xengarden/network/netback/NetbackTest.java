package io.xengarden.network.netback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xengarden.abi.GrantEntry;
import io.xengarden.abi.NetifRing;
import io.xengarden.abi.NetifRing.TxRequest;
import io.xengarden.abi.RingCorrupt;
import io.xengarden.network.Frame;
import io.xengarden.network.Frames;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NetbackTest {
  private static final int GFN = 16;

  private final Rig rig = new Rig(Rig.ORDINARY);

  @AfterEach
  void close() {
    rig.close();
  }

  private static byte[] frame(int number, int length) {
    return Frames.numbered(Frames.mac(1), Frames.mac(2), number, length);
  }

  /** A request for a page that is granted and full of a frame's bytes. */
  private TxRequest request(int offset, int flags, int size) {
    rig.memory.write((long) GFN << 12, frame(1, 4_096));
    rig.net.memory().write((long) GFN << 12, frame(1, 4_096));
    grant(GFN, GrantEntry.READONLY);
    return new TxRequest(GFN, offset, flags, 0, size);
  }

  private void grant(int gfn, int flags) {
    rig.grants.seed(gfn, io.xengarden.abi.Domid.DOM0, gfn);
    assertThat(flags).isEqualTo(GrantEntry.READONLY);
  }

  private List<Integer> statusesOf(TxRequest... requests) {
    for (TxRequest request : requests) {
      rig.net.writeRequest(request);
    }
    rig.net.push();
    rig.netback.turn();
    assertThat(rig.mappings()).as("nothing stays mapped").isZero();
    rig.net.takeTxResponses();
    List<Integer> statuses = List.copyOf(rig.net.txStatuses);
    rig.net.txStatuses.clear();
    return statuses;
  }

  @Test
  void theShortestAndTheLongestFrameAreSent() {
    assertThat(statusesOf(request(0, 0, 14))).containsExactly(NetifRing.RSP_OKAY);
    assertThat(statusesOf(request(0, 0, 1_518))).containsExactly(NetifRing.RSP_OKAY);
    assertThat(rig.sent).extracting(Frame::length).containsExactly(14, 1_518);
  }

  @Test
  void framesThatCannotBeAreRefused() {
    assertThat(statusesOf(request(0, 0, 13))).as("too short").containsExactly(-1);
    assertThat(statusesOf(request(0, 0, 0))).as("empty").containsExactly(-1);
    assertThat(statusesOf(request(0, 0, 1_519))).as("longer than the MTU").containsExactly(-1);
    assertThat(statusesOf(request(4_090, 0, 14))).as("across the page").containsExactly(-1);
    assertThat(statusesOf(request(65_535, 0, 60))).as("outside the page").containsExactly(-1);
    assertThat(statusesOf(new TxRequest(5_000, 0, 0, 0, 60))).as("not granted").hasSize(1);
    assertThat(statusesOf(new TxRequest(-1, 0, 0, 0, 60))).as("no grant").containsExactly(-1);
    assertThat(rig.sent).isEmpty();
    assertThat(rig.counters().txErrors()).isEqualTo(7);
  }

  @Test
  void aFrameInPiecesIsPutTogether() {
    byte[] bytes = frame(1, 4_096);
    TxRequest first = request(0, NetifRing.TX_MORE_DATA, 300);
    TxRequest second = request(100, NetifRing.TX_MORE_DATA, 100);
    TxRequest third = request(200, 0, 100);
    assertThat(statusesOf(first, second, third)).containsExactly(0, 0, 0);
    byte[] sent = rig.sent.getFirst().toByteArray();
    assertThat(sent).hasSize(300).startsWith(slice(bytes, 0, 100));
    assertThat(slice(sent, 100, 200)).isEqualTo(slice(bytes, 100, 200));
    assertThat(slice(sent, 200, 300)).isEqualTo(slice(bytes, 200, 300));
  }

  private static byte[] slice(byte[] bytes, int from, int to) {
    return java.util.Arrays.copyOfRange(bytes, from, to);
  }

  @Test
  void piecesThatAreMoreThanTheWholeAreRefused() {
    assertThat(statusesOf(request(0, NetifRing.TX_MORE_DATA, 100), request(0, 0, 100)))
        .containsExactly(-1, -1);
    assertThat(statusesOf(request(0, NetifRing.TX_MORE_DATA, 100), request(0, 0, 0)))
        .containsExactly(-1, -1);
    assertThat(rig.sent).isEmpty();
  }

  @Test
  void aPacketOfTooManySlotsIsRefusedAsAWhole() {
    TxRequest[] slots =
        Collections.nCopies(19, request(0, NetifRing.TX_MORE_DATA, 20)).toArray(TxRequest[]::new);
    slots[0] = request(0, NetifRing.TX_MORE_DATA, 1_000);
    slots[18] = request(0, 0, 20);
    assertThat(statusesOf(slots)).hasSize(19).containsOnly(-1);
    TxRequest[] fewer = java.util.Arrays.copyOfRange(slots, 0, 18);
    fewer[17] = request(0, 0, 20);
    assertThat(statusesOf(fewer)).hasSize(18).containsOnly(0);
  }

  @Test
  void aPacketWithoutAnEndIsNoPacket() {
    rig.net.send(frame(1, 60));
    rig.net.writeRequest(request(0, NetifRing.TX_MORE_DATA, 100));
    rig.net.push();
    assertThatThrownBy(rig.netback::turn)
        .isInstanceOf(RingCorrupt.class)
        .hasMessageContaining("no end");
    rig.net.takeTxResponses();
    assertThat(rig.net.txStatuses).as("what came before is answered").containsExactly(0);
  }

  @Test
  void extraInfoIsRefusedAndItsSlotsAreSkipped() {
    rig.net.writeRequest(request(0, NetifRing.TX_EXTRA_INFO, 60));
    rig.net.writeSlot(new byte[] {1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}); // GSO, more follows
    rig.net.writeSlot(new byte[] {4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    assertThat(statusesOf(request(0, 0, 60)))
        .containsExactly(
            NetifRing.RSP_ERROR, NetifRing.RSP_NULL, NetifRing.RSP_NULL, NetifRing.RSP_OKAY);
    assertThat(rig.sent).hasSize(1);
  }

  @Test
  void aFrameThatChangesAfterItWasTakenStaysWhatItWas() {
    TxRequest request = request(0, 0, 60);
    assertThat(statusesOf(request)).containsExactly(0);
    Frame taken = rig.sent.getFirst();
    byte[] before = taken.toByteArray();
    rig.memory.fill((long) GFN << 12, 60, (byte) 0);
    assertThat(taken.toByteArray()).isEqualTo(before);
  }

  @Test
  void oneTurnTakesALimitedNumberAndSaysThatThereIsMore() {
    rig.net.sendAll(IntStream.range(0, 200).mapToObj(n -> frame(n, 60)).toList());
    assertThat(rig.netback.turn()).isEqualTo(Netback.AT_ONCE);
    assertThat(rig.sent).hasSize(Transmitter.SLOTS_PER_TURN);
    assertThat(rig.netback.turn()).isEqualTo(Netback.WHEN_RUNG);
    assertThat(rig.sent).hasSize(200);
  }

  @Test
  void framesForTheGuestComeInTheirOrderAndOneEventTellsOfAll() {
    rig.net.offer(256);
    rig.raised = 0;
    List<byte[]> frames = IntStream.range(0, 50).mapToObj(n -> frame(n, 60 + n)).toList();
    frames.forEach(bytes -> assertThat(rig.backlog.offer(Frame.of(bytes))).isTrue());
    assertThat(rig.netback.turn()).isEqualTo(Netback.WHEN_RUNG);
    assertThat(rig.raised).isEqualTo(1);
    rig.net.takeFrames();
    assertThat(rig.net.received).containsExactlyElementsOf(frames);
    assertThat(rig.mappings()).isZero();
  }

  @Test
  void aGuestThatOffersAPageWhileAFrameWaitsIsHeard() {
    rig.netback.turn();
    rig.backlog.offer(Frame.of(frame(1, 60)));
    assertThat(rig.netback.turn()).isEqualTo(Netback.WHEN_RUNG);
    rig.rung = 0;
    rig.net.offer(1);
    assertThat(rig.rung).as("the backend had asked for the event").isEqualTo(1);
    rig.netback.turn();
    rig.net.takeFrames();
    assertThat(rig.net.received).hasSize(1);
  }

  @Test
  void theBacklogIsBounded() {
    int taken = 0;
    while (rig.backlog.offer(Frame.of(frame(taken, 60)))) {
      taken++;
    }
    assertThat(taken).isEqualTo(Backlog.MAX_FRAMES);
    rig.netback.turn(); // takes one out, and cannot put it
    assertThat(rig.netback.waiting()).isEqualTo(Backlog.MAX_FRAMES);

    Backlog jumbo = new Backlog();
    int bytes = 0;
    while (jumbo.offer(Frame.of(frame(1, 9_000)))) {
      bytes += 9_000;
    }
    assertThat(bytes).isBetween(Backlog.MAX_BYTES - 9_000, Backlog.MAX_BYTES);
  }

  @Test
  void aBlankChecksumIsFilledInOrTheFrameRefused() {
    assertThat(statusesOf(request(0, NetifRing.TX_CSUM_BLANK, 60)))
        .as("of what is no IP packet")
        .containsExactly(-1);
    byte[] udp = ChecksumsTest.udp(20);
    rig.memory.write((long) GFN << 12, udp);
    TxRequest request =
        new TxRequest(GFN, 0, NetifRing.TX_CSUM_BLANK | NetifRing.TX_DATA_VALIDATED, 0, udp.length);
    grant(GFN, GrantEntry.READONLY);
    assertThat(statusesOf(request)).containsExactly(0);
    assertThat(ChecksumsTest.isRight(rig.sent.getFirst().toByteArray())).isTrue();
  }
}
