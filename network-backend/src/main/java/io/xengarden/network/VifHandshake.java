package io.xengarden.network;

import io.xengarden.abi.XenbusState;
import io.xengarden.network.VifNodes.Snapshot;
import io.xengarden.network.VifState.Checking;
import io.xengarden.network.VifState.Closed;
import io.xengarden.network.VifState.Closing;
import io.xengarden.network.VifState.Connected;
import io.xengarden.network.VifState.Connecting;
import io.xengarden.network.VifState.Failed;
import io.xengarden.network.VifState.InitWait;
import io.xengarden.network.VifState.Quiesced;

/** What the nodes ask of a backend: a function of its state and of what both sides have written. */
final class VifHandshake {
  /** What to do next. */
  sealed interface Move {
    record Stay() implements Move {}

    /** Take the frontend's offer. */
    record Connect(Snapshot offer) implements Move {}

    /** Move to a state that holds no more than the present one. */
    record MoveTo(VifState next, String why) implements Move {}

    /** Let go of the connection, then be Closed. */
    record Disconnect(VifLink link, String why) implements Move {}

    /** The node is gone: let go of everything and end. */
    record End() implements Move {}
  }

  private static final Move STAY = new Move.Stay();

  private VifHandshake() {}

  static Move next(VifState state, Snapshot now) {
    if (state instanceof Checking || state instanceof Connecting) {
      return STAY; // it looks again when that is over
    }
    if (!now.backendExists()) {
      return new Move.End();
    }
    return switch (state) {
      case InitWait _ -> waiting(now);
      case Connected(var link) -> connected(link, now);
      case Closing(var link) -> frontendClosed(now) ? disconnect(link) : STAY;
      case Quiesced(var from) -> suspended(from.link(), now);
      case Closed _ ->
          now.online() && now.frontendStartsOver()
              ? new Move.MoveTo(new InitWait(), "the frontend starts over")
              : STAY;
      case Checking _, Connecting _, Failed _ -> STAY;
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

  private static Move connected(VifLink link, Snapshot now) {
    if (frontendClosed(now)) {
      return disconnect(link);
    }
    if (!now.online()) {
      return new Move.MoveTo(new Closing(link), "detached");
    }
    return now.frontendState() == XenbusState.CLOSING
        ? new Move.MoveTo(new Closing(link), "the frontend is closing")
        : STAY;
  }

  /** A suspended guest will not say Closed. */
  private static Move suspended(VifLink link, Snapshot now) {
    return now.frontendGone() || !now.online()
        ? new Move.Disconnect(link, "removed while quiesced")
        : STAY;
  }

  private static boolean frontendClosed(Snapshot now) {
    return now.frontendState() == XenbusState.CLOSED || now.frontendGone();
  }

  private static Move disconnect(VifLink link) {
    return new Move.Disconnect(link, "the frontend has closed");
  }
}
