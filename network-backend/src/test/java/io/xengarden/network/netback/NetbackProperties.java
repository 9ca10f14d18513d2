package io.xengarden.network.netback;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import io.xengarden.abi.NetifRing;
import io.xengarden.abi.RingCorrupt;
import io.xengarden.abi.SharedRing;
import io.xengarden.network.Frame;
import io.xengarden.network.Frames;
import io.xengarden.network.Netfront;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.statistics.Statistics;

/** A frontend that writes anything. */
class NetbackProperties {
  private static final int TURNS = 6;
  private static final int RX_RING = 4_096;
  private static final int FLAGS = 6;
  private static final long GIVEN_UP = -1;

  /** Random bytes all over both rings, new ones before each turn. */
  @Property(tries = 300)
  void garbageInBothRingsHarmsNobody(@ForAll long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    try (Rig rig = new Rig(Rig.ORDINARY)) {
      for (int turn = 0; turn < TURNS; turn++) {
        scribble(rig, random, 0);
        scribble(rig, random, 1);
        fillBacklog(rig, random);
        turn(rig);
      }
    }
  }

  /** As above, but with producers that may be: the requests are looked at. */
  @Property(tries = 300)
  void garbageRequestsAreEachAnsweredAndHarmNobody(@ForAll long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    try (Rig rig = new Rig(new Netback.Interface(9_000, true, RateLimit.none()))) {
      int txProd = 0;
      for (int turn = 0; turn < TURNS; turn++) {
        txProd += random.nextInt(1, NetifRing.SLOTS + 1);
        nearlyRight(rig, random);
        rig.memory.putShort(NetifRing.txSlot(0, txProd - 1) + FLAGS, (short) 0);
        rig.memory.putInt(SharedRing.REQ_PROD, txProd);
        int rxCons = rig.memory.getInt(RX_RING + SharedRing.RSP_PROD);
        rig.memory.putInt(RX_RING + SharedRing.REQ_PROD, rxCons + random.nextInt(257));
        fillBacklog(rig, random);
        long next = turn(rig);
        while (next == Netback.AT_ONCE) {
          assertThat(rig.netback.handled()).as("turns end").isLessThan(10_000);
          next = turn(rig);
        }
        if (next == GIVEN_UP) {
          Statistics.label("ends").collect("ring given up");
          return;
        }
        assertThat(rig.memory.getInt(SharedRing.RSP_PROD)).as("answers").isEqualTo(txProd);
      }
      Statistics.label("ends").collect("all answered");
      Statistics.label("ends")
          .coverage(coverage -> coverage.check("all answered").count(count -> count > 0));
    }
  }

  /** As {@link Netback#turn}, or {@link #GIVEN_UP}. */
  private static long turn(Rig rig) {
    long next;
    try {
      next = rig.netback.turn();
    } catch (RingCorrupt corrupt) {
      next = GIVEN_UP;
    }
    assertThat(rig.mappings()).as("pages still mapped").isZero();
    assertThat(rig.leavesOthersAlone()).as("memory of others").isTrue();
    assertThat(rig.sent).allMatch(frame -> Frame.isLength(frame.length()));
    return next;
  }

  private static void scribble(Rig rig, RandomGenerator random, int page) {
    byte[] bytes = new byte[4_096];
    random.nextBytes(bytes);
    rig.memory.write((long) page << 12, bytes);
  }

  /** Slots of which many are what an honest frontend could have written. */
  private static void nearlyRight(Rig rig, RandomGenerator random) {
    int[] flags = {0, 0, 0, 0, 0, NetifRing.TX_CSUM_BLANK, NetifRing.TX_MORE_DATA, 8, 0xfff3};
    for (int slot = 0; slot < NetifRing.SLOTS; slot++) {
      int gref = random.nextInt(8) == 0 ? random.nextInt() : 16 + random.nextInt(512);
      if (gref > 0 && gref < 1_000) {
        rig.grants.seed(gref, Domid.DOM0, random.nextInt((int) Netfront.PAGES + 9));
      }
      long tx = NetifRing.txSlot(0, slot);
      rig.memory.putInt(tx, gref);
      rig.memory.putShort(tx + 4, (short) random.nextInt(5_000));
      rig.memory.putShort(tx + FLAGS, (short) flags[random.nextInt(flags.length)]);
      rig.memory.putShort(tx + 8, (short) random.nextInt());
      rig.memory.putShort(tx + 10, (short) random.nextInt(4_000));
      rig.memory.putInt(NetifRing.rxSlot(RX_RING, slot) + 4, gref);
    }
  }

  private static void fillBacklog(Rig rig, RandomGenerator random) {
    for (int n = random.nextInt(100); n > 0; n--) {
      int length = random.nextInt(18, Frame.MAX_LENGTH + 1);
      rig.backlog.offer(Frame.of(Frames.numbered(Frames.mac(1), Frames.mac(2), n, length)));
    }
  }

  /** An honest frontend's frames all arrive, however they are cut into turns and bursts. */
  @Property(tries = 100)
  void nothingIsLostOrChangedOnAnHonestRing(@ForAll long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    try (Rig rig = new Rig(new Netback.Interface(9_000, true, RateLimit.none()))) {
      rig.net.offer(200);
      List<byte[]> out = new ArrayList<>();
      List<byte[]> in = new ArrayList<>();
      for (int round = 0; round < 60; round++) {
        switch (random.nextInt(4)) {
          case 0 -> {
            if (rig.net.freeTxSlots() >= 3) {
              byte[] frame = any(random, out.size());
              out.add(frame);
              rig.net.send(frame);
            }
          }
          case 1 -> {
            byte[] frame = any(random, in.size());
            if (rig.backlog.offer(Frame.of(frame))) {
              in.add(frame);
            }
          }
          case 2 -> rig.netback.turn();
          default -> rig.net.onEvent();
        }
      }
      rig.netback.turn();
      rig.net.onEvent();
      assertThat(rig.sent.stream().map(Frame::toByteArray)).containsExactlyElementsOf(out);
      assertThat(rig.net.received).containsExactlyElementsOf(in);
      assertThat(rig.net.txStatuses).containsOnly(0);
    }
  }

  private static byte[] any(RandomGenerator random, int number) {
    int length = random.nextInt(18, Frame.MAX_LENGTH + 1);
    return Frames.numbered(Frames.mac(1), Frames.mac(2), number, length);
  }
}
