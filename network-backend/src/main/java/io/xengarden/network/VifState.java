package io.xengarden.network;

import io.xengarden.abi.XenbusState;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.network.VifNodes.RingOffer;

/**
 * Where a vif's backend is. What a state holds is held in that state only; its place on the bridge
 * is the backend's from Checking to its end.
 *
 * <pre>
 * Checking ─▶ InitWait ─▶ Mapping ─▶ Binding ─▶ Connected ◀─▶ Quiesced
 *                ▲                                │  ▲            │
 *                │                            Closing ◀───────────┘  (back to where it was)
 *              Closed ◀─────────────────────────┴─┘
 * </pre>
 *
 * Any state may become Failed. Nothing is ever under way in a ring, so no state waits for that.
 */
sealed interface VifState {
  /** What the backend's state node says meanwhile. */
  XenbusState xenbus();

  /** Whether there is the bridge is not known yet. */
  record Checking() implements VifState {
    @Override
    public XenbusState xenbus() {
      return XenbusState.INITIALISING;
    }
  }

  /** Waits for the frontend's rings. */
  record InitWait() implements VifState {
    @Override
    public XenbusState xenbus() {
      return XenbusState.INIT_WAIT;
    }
  }

  /**
   * Between InitWait and Connected, one step at a time, each with an answer that surely comes. What
   * happens meanwhile is looked at afterwards.
   */
  sealed interface Connecting extends VifState {
    @Override
    default XenbusState xenbus() {
      return XenbusState.INIT_WAIT;
    }
  }

  /** The right to map the frontend's grants is asked for. */
  record Mapping(RingOffer offer) implements Connecting {}

  /** The port is being bound. */
  record Binding(RingOffer offer, GrantAccess grants, VifRings rings, Bell bell)
      implements Connecting {}

  /** There are rings. */
  sealed interface Linked extends VifState {
    VifLink link();
  }

  /** The rings are served. */
  sealed interface Serving extends Linked {}

  record Connected(VifLink link) implements Serving {
    @Override
    public XenbusState xenbus() {
      return XenbusState.CONNECTED;
    }
  }

  /** One side wants to close; the frontend finishes what it has to do, then says Closed. */
  record Closing(VifLink link) implements Serving {
    @Override
    public XenbusState xenbus() {
      return XenbusState.CLOSING;
    }
  }

  /** Touches no page of the guest. */
  record Quiesced(Serving from) implements Linked {
    @Override
    public VifLink link() {
      return from.link();
    }

    @Override
    public XenbusState xenbus() {
      return from.xenbus();
    }
  }

  /** Nothing is held; the frontend may start over while the device is online. */
  record Closed() implements VifState {
    @Override
    public XenbusState xenbus() {
      return XenbusState.CLOSED;
    }
  }

  /** Nothing is held; for good. */
  record Failed(String why) implements VifState {
    @Override
    public XenbusState xenbus() {
      return XenbusState.CLOSED;
    }
  }
}
