package io.xengarden.storage;

import akka.actor.typed.ActorRef;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.ChargeDom0;
import io.xengarden.hypervisor.HypervisorCommand.CloseDom0Port;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.storage.blkback.Blkback;

/** A connection to a frontend. Let go once. */
record VbdLink(Held held, Bell bell, Blkback blkback, Dom0Time time) {

  /**
   * What the connection holds.
   *
   * @param port dom0's end of the event channel
   */
  record Held(BlockImage image, GrantMapping ring, int port) {}

  /** The emulated CPU time that dom0 spends for one device. */
  static final class Dom0Time {
    private static final long NS_PER_REQUEST = 3_000;

    /** Requests charged in one message: they are many, and the hypervisor has other work. */
    private static final int REQUESTS_PER_CHARGE = 256;

    private final ActorRef<HypervisorCommand> hypervisor;
    private int charged;

    Dom0Time(ActorRef<HypervisorCommand> hypervisor) {
      this.hypervisor = hypervisor;
    }

    /**
     * @param requests taken since the connection was made
     */
    void chargeNowAndThen(int requests) {
      if (requests - charged >= REQUESTS_PER_CHARGE) {
        charge(requests);
      }
    }

    void charge(int requests) {
      if (requests != charged) {
        hypervisor.tell(new ChargeDom0((requests - charged) * NS_PER_REQUEST));
        charged = requests;
      }
    }
  }

  /** Serves the ring for one turn; what is left rings again. */
  void turn() {
    bell.rearm();
    if (blkback.turn()) {
      bell.raise();
    }
    time.chargeNowAndThen(blkback.taken());
  }

  /** Answers what has completed, and takes nothing. */
  void answer() {
    bell.rearm();
    blkback.answer();
  }

  boolean isIdle() {
    return blkback.inFlight() == 0;
  }

  /**
   * Operations still under way keep their own pages mapped until they end, whenever that is; nobody
   * is told.
   */
  void letGo() {
    time.charge(blkback.taken());
    time.hypervisor.tell(new CloseDom0Port(held.port()));
    held.ring().close();
    held.image().close();
  }
}
