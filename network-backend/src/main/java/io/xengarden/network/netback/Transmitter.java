package io.xengarden.network.netback;

import io.xengarden.abi.BackRing;
import io.xengarden.abi.NetifRing;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.machine.HostClock;
import io.xengarden.machine.Memory;
import io.xengarden.network.Frame;
import java.util.function.Consumer;

/**
 * What the guest sends. Each slot is answered, in its order, within the turn that takes it:
 *
 * <ul>
 *   <li>a frame that can be, copied and sent on: OKAY;
 *   <li>too short, too long, in too many slots, outside a page, not granted: ERROR for each slot;
 *   <li>with extra info (it was not offered): ERROR, and NULL for the slots of the extra info;
 *   <li>with a blank checksum (it was not offered either, but old frontends ask nobody): filled in;
 *       ERROR when it is nothing that has one.
 * </ul>
 */
final class Transmitter {
  /** Slots taken in one turn, so that a busy interface leaves its thread to others. */
  static final int SLOTS_PER_TURN = 128;

  private final Memory ring;
  private final GrantAccess grants;
  private final RateLimit rate;
  private final int maxLength;
  private final Consumer<Frame> out;
  private final HostClock clock;
  private final Statistics statistics;
  private final TxPacket packet = new TxPacket();
  private int reqCons;
  private int published;
  private long taken;

  Transmitter(
      Netback.Link link, Netback.Interface settings, Netback.Wire wire, Statistics statistics) {
    this.ring = link.tx();
    this.grants = link.grants();
    this.rate = settings.rate();
    this.maxLength = settings.mtu() + Frame.OVERHEAD;
    this.out = wire.fromGuest();
    this.clock = wire.clock();
    this.statistics = statistics;
  }

  /** Packets taken. */
  long taken() {
    return taken;
  }

  /** As {@link Netback#turn}. */
  long take() {
    int inFlight = reqCons - published;
    int waiting = BackRing.unconsumedRequests(ring, 0, reqCons, NetifRing.SLOTS - inFlight);
    int budget = SLOTS_PER_TURN;
    while (waiting > 0) {
      if (budget <= 0) {
        return Netback.AT_ONCE;
      }
      packet.read(ring, reqCons, waiting);
      long wait = rate.nanosUntil(packet.length(), clock);
      if (wait > 0) {
        return wait;
      }
      answer(send());
      taken++;
      waiting -= packet.slots();
      budget -= packet.slots();
    }
    // What has come meanwhile gets a turn of its own: a guest cannot make this one last.
    return BackRing.finalCheckForRequests(ring, 0, reqCons) ? Netback.AT_ONCE : Netback.WHEN_RUNG;
  }

  private int send() {
    if (!packet.isValid(maxLength)) {
      statistics.txErrors++;
      return NetifRing.RSP_ERROR;
    }
    byte[] bytes;
    try {
      bytes = packet.copy(grants);
    } catch (GrantRefused refused) {
      statistics.txErrors++;
      return NetifRing.RSP_ERROR;
    }
    if (packet.hasBlankChecksum() && !Checksums.fill(bytes)) {
      statistics.txErrors++;
      return NetifRing.RSP_ERROR;
    }
    statistics.txPackets++;
    statistics.txBytes += bytes.length;
    out.accept(Frame.of(bytes));
    return NetifRing.RSP_OKAY;
  }

  private void answer(int status) {
    for (int i = 0; i < packet.slots(); i++) {
      int said = packet.isExtra(i) ? NetifRing.RSP_NULL : status;
      // id, then status, as one word
      ring.putInt(NetifRing.txSlot(0, reqCons), packet.id(i) | said << 16);
      reqCons++;
    }
  }

  /** Publishes the answers written since the last time; whether the frontend wants the event. */
  boolean publish() {
    if (published == reqCons) {
      return false;
    }
    int before = published;
    published = reqCons;
    return BackRing.pushResponses(ring, 0, before, reqCons);
  }
}
