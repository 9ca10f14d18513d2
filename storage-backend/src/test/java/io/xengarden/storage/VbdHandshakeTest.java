package io.xengarden.storage;

import static io.xengarden.abi.XenbusState.CLOSED;
import static io.xengarden.abi.XenbusState.CLOSING;
import static io.xengarden.abi.XenbusState.CONNECTED;
import static io.xengarden.abi.XenbusState.INITIALISED;
import static io.xengarden.abi.XenbusState.INITIALISING;
import static io.xengarden.abi.XenbusState.INIT_WAIT;
import static io.xengarden.abi.XenbusState.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.XenbusState;
import io.xengarden.storage.VbdHandshake.Move;
import io.xengarden.storage.VbdNodes.Snapshot;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a backend without a connection does, for each state of the frontend. */
class VbdHandshakeTest {
  private static Snapshot nodes(boolean online, XenbusState frontend) {
    return new Snapshot(
        true,
        online,
        XenbusState.INIT_WAIT,
        frontend,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static final Snapshot REMOVED =
      new Snapshot(
          false, false, UNKNOWN, UNKNOWN, Optional.empty(), Optional.empty(), Optional.empty());

  private static VbdState next(VbdState state, boolean online, XenbusState frontend) {
    Move move = VbdHandshake.next(state, nodes(online, frontend));
    return move instanceof Move.MoveTo(var next, _) ? next : state;
  }

  @Test
  void onlyAnOfferConnects() {
    for (XenbusState frontend : XenbusState.values()) {
      boolean offers = frontend == INITIALISED || frontend == CONNECTED;
      assertThat(VbdHandshake.next(new VbdState.InitWait(), nodes(true, frontend)))
          .as("frontend %s", frontend)
          .matches(move -> move instanceof Move.Connect == offers);
    }
  }

  @Test
  void aFrontendThatWillNotConnectLeavesTheBackendClosed() {
    for (XenbusState frontend : List.of(CLOSING, CLOSED, UNKNOWN)) {
      assertThat(next(new VbdState.InitWait(), true, frontend))
          .as("frontend %s", frontend)
          .isEqualTo(new VbdState.Closed());
    }
    assertThat(next(new VbdState.InitWait(), true, INITIALISING))
        .isEqualTo(new VbdState.InitWait());
  }

  @Test
  void onlyAnOnlineDeviceStartsOver() {
    for (XenbusState frontend : XenbusState.values()) {
      boolean startsOver = frontend == INITIALISING || frontend == INITIALISED;
      assertThat(next(new VbdState.Closed(), true, frontend).xenbus())
          .as("frontend %s", frontend)
          .isEqualTo(startsOver ? INIT_WAIT : CLOSED);
      assertThat(next(new VbdState.Closed(), false, frontend))
          .as("frontend %s, offline", frontend)
          .isEqualTo(new VbdState.Closed());
    }
  }

  @Test
  void aFailedDeviceStaysFailed() {
    for (XenbusState frontend : XenbusState.values()) {
      VbdState failed = new VbdState.Failed("its ring");
      assertThat(next(failed, true, frontend)).as("frontend %s", frontend).isEqualTo(failed);
    }
  }

  @Test
  void aRemovedNodeEndsWhatHoldsNothing() {
    for (VbdState state :
        List.of(new VbdState.InitWait(), new VbdState.Closed(), new VbdState.Failed("its ring"))) {
      assertThat(VbdHandshake.next(state, REMOVED)).isEqualTo(new Move.End());
    }
    assertThat(VbdHandshake.next(new VbdState.Checking(), REMOVED))
        .as("its answer is still to come")
        .isEqualTo(new Move.Stay());
  }
}
