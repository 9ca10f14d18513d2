package io.xengarden.domain.pebble.netfront;

import io.xengarden.abi.FrontRing;
import io.xengarden.abi.NetifRing;
import io.xengarden.abi.NetifRing.RxRequest;
import io.xengarden.abi.NetifRing.RxResponse;
import io.xengarden.abi.NetifRing.TxRequest;
import io.xengarden.abi.NetifRing.TxResponse;
import io.xengarden.abi.RingCorrupt;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.kernel.Cost;
import io.xengarden.domain.pebble.kernel.Grants;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.netfront.Vif.Counter;
import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;

/**
 * An interface's two rings. Every frame is copied, out of its page after the backend has let go of
 * it. A page that a backend keeps beyond its answer stays in use until the next connection.
 */
final class VifRings {
  /** Frames that one turn takes at most. */
  static final int BUDGET = 32;

  private static final int UNEXPECTED = NetifRing.RX_EXTRA_INFO | NetifRing.RX_GSO_PREFIX;

  private VifRings() {}

  /** Puts a frame onto the ring; false, and it is dropped, when there is no room. */
  static boolean transmit(Vcpu v, Vif vif, byte[] frame) {
    int buffer = vif.is(Vif.RUNNING) && frame.length <= Memory.PAGE_SIZE ? vif.takeTx() : -1;
    if (buffer < 0) {
      vif.count(Counter.TX_DROPPED, 1);
      return false;
    }
    v.use(Cost.PACKET);
    v.memory().write(vif.txPage(buffer), frame);
    int gref = VifGrefs.tx(vif.slot(), buffer);
    Grants.grant(v, gref, vif.backendId(), Grants.Access.BACKEND_READS, vif.txPage(buffer));
    TxRequest request = new TxRequest(gref, 0, 0, buffer, frame.length);
    NetifRing.writeTxRequest(v.memory(), vif.ring(), vif.txProd(), request);
    vif.txProd(vif.txProd() + 1);
    vif.count(Counter.TX_PACKETS, 1);
    vif.count(Counter.TX_BYTES, frame.length);
    return true;
  }

  /** Shows the backend what is new on both rings. */
  static void kick(Vcpu v, Vif vif) {
    if (!vif.is(Vif.RUNNING)) {
      return;
    }
    boolean ring = push(v, vif.ring(), vif.txPushed(), vif.txProd());
    ring |= push(v, vif.rxRing(), vif.rxPushed(), vif.rxProd());
    vif.txPushed(vif.txProd());
    vif.rxPushed(vif.rxProd());
    if (ring) {
      v.send(vif.port());
    }
  }

  private static boolean push(Vcpu v, long ring, int from, int to) {
    return from != to && FrontRing.pushRequests(v.memory(), ring, from, to);
  }

  /** Offers every free buffer to the backend. */
  static void refill(Vcpu v, Vif vif) {
    int buffer = vif.takeRx();
    while (buffer >= 0) {
      int gref = VifGrefs.rx(vif.slot(), buffer);
      Grants.grant(v, gref, vif.backendId(), Grants.Access.BACKEND_WRITES, vif.rxPage(buffer));
      RxRequest request = new RxRequest(buffer, gref);
      NetifRing.writeRxRequest(v.memory(), vif.rxRing(), vif.rxProd(), request);
      vif.rxProd(vif.rxProd() + 1);
      buffer = vif.takeRx();
    }
  }

  /** Serves both rings for a while; true when there is more to do. */
  static boolean turn(Vcpu v, Vif vif) {
    try {
      takeSent(v, vif);
      boolean full = takeReceived(v, vif) == BUDGET;
      refill(v, vif);
      kick(v, vif);
      boolean sent = FrontRing.finalCheckForResponses(v.memory(), vif.ring(), vif.txCons());
      boolean received = FrontRing.finalCheckForResponses(v.memory(), vif.rxRing(), vif.rxCons());
      return full || sent || received;
    } catch (RingCorrupt e) {
      stop(v, vif, e.getMessage());
      return false;
    }
  }

  private static void takeSent(Vcpu v, Vif vif) {
    int outstanding = vif.txPushed() - vif.txCons();
    int count = FrontRing.unconsumedResponses(v.memory(), vif.ring(), vif.txCons(), outstanding);
    for (; count > 0; count--) {
      TxResponse response = NetifRing.readTxResponse(v.memory(), vif.ring(), vif.txCons());
      if (!vif.txInUse(response.id())) {
        throw new RingCorrupt("response to frame " + response.id() + " that was not sent");
      }
      vif.txCons(vif.txCons() + 1);
      if (response.status() != NetifRing.RSP_OKAY) {
        vif.count(Counter.TX_DROPPED, 1);
      }
      if (Grants.end(v, VifGrefs.tx(vif.slot(), response.id()))) {
        vif.freeTx(response.id());
      }
    }
  }

  private static int takeReceived(Vcpu v, Vif vif) {
    int outstanding = vif.rxPushed() - vif.rxCons();
    int ready = FrontRing.unconsumedResponses(v.memory(), vif.rxRing(), vif.rxCons(), outstanding);
    int count = Math.min(ready, BUDGET);
    for (int i = 0; i < count; i++) {
      RxResponse response = NetifRing.readRxResponse(v.memory(), vif.rxRing(), vif.rxCons());
      if (!vif.rxInUse(response.id())) {
        throw new RingCorrupt("response to buffer " + response.id() + " that was not offered");
      }
      vif.rxCons(vif.rxCons() + 1);
      receive(v, vif, response);
    }
    return count;
  }

  private static void receive(Vcpu v, Vif vif, RxResponse response) {
    if ((response.flags() & UNEXPECTED) != 0) {
      throw new RingCorrupt("extra info, which was not asked for");
    }
    boolean more = (response.flags() & NetifRing.RX_MORE_DATA) != 0;
    boolean part = more || vif.is(Vif.SKIPPING);
    vif.set(Vif.SKIPPING, more);
    int size = response.status();
    boolean fits = size >= 0 && response.offset() + size <= Memory.PAGE_SIZE;
    boolean ended = Grants.end(v, VifGrefs.rx(vif.slot(), response.id()));
    if (part || !fits || !ended) {
      vif.count(Counter.RX_DROPPED, 1);
    } else {
      byte[] frame = v.memory().read(vif.rxPage(response.id()) + response.offset(), size);
      vif.count(Counter.RX_PACKETS, 1);
      vif.count(Counter.RX_BYTES, size);
      v.use(Cost.PACKET);
      NetInput.received(v, vif, ByteBuffer.wrap(frame));
    }
    if (ended) {
      vif.freeRx(response.id());
    }
  }

  /** A backend that breaks the protocol is not spoken to again. */
  private static void stop(Vcpu v, Vif vif, String why) {
    v.log(Printf.text("netfront: %s: disabled: %s", vif.name(), why));
    vif.set(Vif.RUNNING, false);
    vif.set(Vif.FAILED, true);
  }
}
