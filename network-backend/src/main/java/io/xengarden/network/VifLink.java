package io.xengarden.network;

import akka.actor.typed.ActorRef;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.ChargeDom0;
import io.xengarden.hypervisor.HypervisorCommand.CloseDom0Port;
import io.xengarden.network.bridge.BridgePort;
import io.xengarden.network.netback.Backlog;
import io.xengarden.network.netback.Netback;
import io.xengarden.network.netback.Statistics;

/** A connection to a frontend. Let go once. */
record VifLink(Held held, Bell bell, Netback netback, Way way, Dom0Time time) {

  /**
   * What the connection holds.
   *
   * @param port dom0's end of the event channel
   */
  record Held(VifRings rings, int port) {}

  /** The way between the bridge and the guest. */
  record Way(BridgePort bridgePort, Backlog toGuest, Statistics statistics) {
    /** Frames for the guest wait for its turn from now on. */
    void connect(Bell bell) {
      bridgePort.connect(
          frame -> {
            if (toGuest.offer(frame)) {
              bell.raise();
            } else {
              statistics.dropped(1);
            }
          });
    }
  }

  /** The emulated CPU time that dom0 spends for one device. */
  static final class Dom0Time {
    private static final long NS_PER_FRAME = 1_500;

    /** Frames charged in one message: they are many, and the hypervisor has other work. */
    private static final int FRAMES_PER_CHARGE = 1_024;

    private final ActorRef<HypervisorCommand> hypervisor;
    private long charged;

    Dom0Time(ActorRef<HypervisorCommand> hypervisor) {
      this.hypervisor = hypervisor;
    }

    /**
     * @param frames handled since the connection was made
     */
    void chargeNowAndThen(long frames) {
      if (frames - charged >= FRAMES_PER_CHARGE) {
        charge(frames);
      }
    }

    void charge(long frames) {
      if (frames != charged) {
        hypervisor.tell(new ChargeDom0((frames - charged) * NS_PER_FRAME));
        charged = frames;
      }
    }
  }

  void connect() {
    way.connect(bell);
    bell.raise(); // for what came before the port was bound
  }

  /**
   * Serves the rings for one turn; what is left rings again.
   *
   * @return as {@link Netback#turn}
   */
  long turn() {
    bell.rearm();
    long next = netback.turn();
    if (next == Netback.AT_ONCE) {
      bell.raise();
    }
    time.chargeNowAndThen(netback.handled());
    return next;
  }

  /** Frames that wait for the guest are dropped. */
  void letGo() {
    way.bridgePort().disconnect();
    way.statistics().dropped(netback.waiting());
    time.charge(netback.handled());
    time.hypervisor.tell(new CloseDom0Port(held.port()));
    held.rings().close();
  }
}
