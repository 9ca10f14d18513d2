package io.xengarden.storage;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.XenbusState;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.storage.VbdBackendCommand.VbdClosed;
import io.xengarden.storage.VbdBackendCommand.VbdQuiesced;
import io.xengarden.storage.VbdNodes.RingOffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a vbd's backend is. What a state holds is held in that state only.
 *
 * <pre>
 * Checking ─▶ InitWait ─▶ Opening ─▶ Mapping ─▶ Binding ─▶ Connected ◀─▶ Quiescing ─▶ Quiesced
 *                ▲                                           │  ▲                       │
 *                │                                   Closing ◀──┼───────────────────────┘
 *              Closed ◀────────── Draining ◀─────────────┴──────┘     (back to where it was)
 * </pre>
 *
 * Any state may become Failed; Draining may also end the actor.
 */
sealed interface VbdState {
  /** What the backend's state node says meanwhile. */
  XenbusState xenbus();

  /** Whether the image could be opened is not known yet. */
  record Checking() implements VbdState {
    @Override
    public XenbusState xenbus() {
      return XenbusState.INITIALISING;
    }
  }

  /** The image is not open; waits for the frontend's ring. */
  record InitWait() implements VbdState {
    @Override
    public XenbusState xenbus() {
      return XenbusState.INIT_WAIT;
    }
  }

  /**
   * Between InitWait and Connected, one step at a time, each with an answer that surely comes. What
   * happens meanwhile is looked at afterwards.
   */
  sealed interface Connecting extends VbdState {
    @Override
    default XenbusState xenbus() {
      return XenbusState.INIT_WAIT;
    }
  }

  /** The image is being opened. */
  record Opening(RingOffer offer) implements Connecting {}

  /** The right to map the frontend's grants is asked for. */
  record Mapping(RingOffer offer, BlockImage image) implements Connecting {}

  /** The port is being bound. */
  record Binding(BlockImage image, GrantAccess grants, GrantMapping ring, Bell bell)
      implements Connecting {}

  /** There is a ring. */
  sealed interface Linked extends VbdState {
    VbdLink link();
  }

  /** The ring is served. */
  sealed interface Serving extends Linked {}

  record Connected(VbdLink link) implements Serving {
    @Override
    public XenbusState xenbus() {
      return XenbusState.CONNECTED;
    }
  }

  /** One side wants to close; the frontend finishes what it has to do, then says Closed. */
  record Closing(VbdLink link) implements Serving {
    @Override
    public XenbusState xenbus() {
      return XenbusState.CLOSING;
    }
  }

  /** Takes nothing new, answers what is under way. */
  record Quiescing(Serving from, List<ActorRef<VbdQuiesced>> waiting) implements Linked {
    Quiescing and(ActorRef<VbdQuiesced> another) {
      return new Quiescing(from, with(waiting, another));
    }

    @Override
    public VbdLink link() {
      return from.link();
    }

    @Override
    public XenbusState xenbus() {
      return from.xenbus();
    }
  }

  /** Nothing is under way. */
  record Quiesced(Serving from) implements Linked {
    @Override
    public VbdLink link() {
      return from.link();
    }

    @Override
    public XenbusState xenbus() {
      return from.xenbus();
    }
  }

  /** Takes nothing new for good; what is under way is answered, for a limited time. */
  record Draining(VbdLink link, Ending ending) implements Linked {
    @Override
    public XenbusState xenbus() {
      return XenbusState.CLOSING;
    }
  }

  /** What follows when nothing is under way any more. */
  sealed interface Ending {
    record ToClosed() implements Ending {}

    record ToFailed(String why) implements Ending {}

    record ToEnd(List<ActorRef<VbdClosed>> waiting) implements Ending {
      ToEnd and(ActorRef<VbdClosed> another) {
        return new ToEnd(with(waiting, another));
      }
    }
  }

  /** Nothing is held; the frontend may start over while the device is online. */
  record Closed() implements VbdState {
    @Override
    public XenbusState xenbus() {
      return XenbusState.CLOSED;
    }
  }

  /** Nothing is held; for good. */
  record Failed(String why) implements VbdState {
    @Override
    public XenbusState xenbus() {
      return XenbusState.CLOSED;
    }
  }

  private static <T> List<T> with(List<T> list, T another) {
    List<T> longer = new ArrayList<>(list);
    longer.add(another);
    return List.copyOf(longer);
  }
}
