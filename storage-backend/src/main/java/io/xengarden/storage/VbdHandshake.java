package io.xengarden.storage;

import io.xengarden.abi.XenbusState;
import io.xengarden.storage.VbdNodes.Snapshot;
import io.xengarden.storage.VbdState.Checking;
import io.xengarden.storage.VbdState.Closed;
import io.xengarden.storage.VbdState.Closing;
import io.xengarden.storage.VbdState.Connected;
import io.xengarden.storage.VbdState.Connecting;
import io.xengarden.storage.VbdState.Draining;
import io.xengarden.storage.VbdState.Ending.ToEnd;
import io.xengarden.storage.VbdState.Failed;
import io.xengarden.storage.VbdState.InitWait;
import io.xengarden.storage.VbdState.Linked;
import io.xengarden.storage.VbdState.Quiesced;
import io.xengarden.storage.VbdState.Quiescing;

/** What the nodes ask of a backend: a function of its state and of what both sides have written. */
final class VbdHandshake {
  /** What to do next. */
  sealed interface Move {
    record Stay() implements Move {}

    /** Take the frontend's offer. */
    record Connect(Snapshot offer) implements Move {}

    /** Move to a state that holds no more than the present one. */
    record MoveTo(VbdState next, String why) implements Move {}

    /** The toolstack has asked for a close that has long been: say again that it is Closed. */
    record SayClosed() implements Move {}

    /** Finish what is under way, then be Closed. */
    record Drain(VbdLink link, String why) implements Move {}

    /** The node is gone: finish what is under way, if anything, and end. */
    record End() implements Move {}
  }

  private static final Move STAY = new Move.Stay();

  private VbdHandshake() {}

  static Move next(VbdState state, Snapshot now) {
    if (state instanceof Checking || state instanceof Connecting) {
      return STAY; // it looks again when that is over
    }
    if (!now.backendExists()) {
      return state instanceof Draining(_, ToEnd _) ? STAY : new Move.End();
    }
    return switch (state) {
      case InitWait _ -> waiting(now);
      case Connected(var link) -> connected(link, now);
      case Closing(var link) -> frontendClosed(now) ? drain(link) : STAY;
      case Quiescing _, Quiesced _ -> suspended(((Linked) state).link(), now);
      case Closed _ when now.online() && now.frontendStartsOver() ->
          new Move.MoveTo(new InitWait(), "the frontend starts over");
      case Closed _, Failed _ ->
          now.backendState() == XenbusState.CLOSING ? new Move.SayClosed() : STAY;
      case Checking _, Connecting _, Draining _ -> STAY;
    };
  }

  private static Move waiting(Snapshot now) {
    if (!now.online()) {
      return new Move.MoveTo(new Closed(), "detached");
    }
    return switch (now.frontendState()) {
      case INITIALISED, CONNECTED -> new Move.Connect(now);
      case CLOSING, CLOSED, UNKNOWN ->
          new Move.MoveTo(new Closed(), "the frontend will not connect");
      default -> STAY;
    };
  }

  private static Move connected(VbdLink link, Snapshot now) {
    if (frontendClosed(now)) {
      return drain(link);
    }
    if (!now.online()) {
      return new Move.MoveTo(new Closing(link), "detached");
    }
    return now.frontendState() == XenbusState.CLOSING
        ? new Move.MoveTo(new Closing(link), "the frontend is closing")
        : STAY;
  }

  /** A suspended guest will not say Closed. */
  private static Move suspended(VbdLink link, Snapshot now) {
    return now.frontendGone() || !now.online()
        ? new Move.Drain(link, "removed while quiesced")
        : STAY;
  }

  private static boolean frontendClosed(Snapshot now) {
    return now.frontendState() == XenbusState.CLOSED || now.frontendGone();
  }

  private static Move drain(VbdLink link) {
    return new Move.Drain(link, "the frontend has closed");
  }
}
