package io.xengarden.abi;

import static io.xengarden.abi.XenbusState.CLOSED;
import static io.xengarden.abi.XenbusState.CLOSING;
import static io.xengarden.abi.XenbusState.CONNECTED;
import static io.xengarden.abi.XenbusState.INITIALISED;
import static io.xengarden.abi.XenbusState.INITIALISING;
import static io.xengarden.abi.XenbusState.INIT_WAIT;
import static io.xengarden.abi.XenbusState.RECONFIGURED;
import static io.xengarden.abi.XenbusState.RECONFIGURING;
import static io.xengarden.abi.XenbusState.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class XenbusStateTest {
  @Test
  void theHandshakeOfABackendIsLegal() {
    assertLegal(INITIALISING, INIT_WAIT, CONNECTED, CLOSING, CLOSED, INIT_WAIT);
  }

  @Test
  void theHandshakeOfAFrontendIsLegal() {
    assertLegal(UNKNOWN, INITIALISING, INITIALISED, CONNECTED, CLOSING, CLOSED, INITIALISING);
  }

  @Test
  void aPciBackendReconfiguresAndReturns() {
    assertLegal(CONNECTED, RECONFIGURING, RECONFIGURED, CONNECTED);
  }

  @Test
  void aResizeWritesConnectedAgain() {
    assertLegal(CONNECTED, CONNECTED);
  }

  @Test
  void nothingButConnectingLeadsBackFromClosing() {
    assertThat(CONNECTED.mayFollow(CLOSING)).isFalse();
    assertThat(CONNECTED.mayFollow(CLOSED)).as("without a handshake").isFalse();
    assertThat(INITIALISING.mayFollow(CONNECTED)).isFalse();
    assertThat(INIT_WAIT.mayFollow(CONNECTED)).isFalse();
    assertThat(CONNECTED.mayFollow(UNKNOWN)).isFalse();
    assertThat(RECONFIGURING.mayFollow(INITIALISED)).isFalse();
  }

  @Test
  void everyStateMayVanishWithItsNode() {
    for (XenbusState state : XenbusState.values()) {
      assertThat(UNKNOWN.mayFollow(state)).as(state.name()).isTrue();
    }
  }

  @Test
  void aNodeThatHoldsNoStateIsUnknown() {
    assertThat(XenbusState.parse("4")).isEqualTo(CONNECTED);
    for (String text : new String[] {"", "9", "-1", "04", " 4", "4\n", "four", "99999999999"}) {
      assertThat(XenbusState.parse(text)).as("'%s'", text).isEqualTo(UNKNOWN);
    }
    assertThat(XenbusState.of(9)).isEqualTo(UNKNOWN);
    assertThat(XenbusState.of(-1)).isEqualTo(UNKNOWN);
    assertThat(XenbusState.of(8)).isEqualTo(RECONFIGURED);
  }

  private static void assertLegal(XenbusState... walk) {
    for (int i = 1; i < walk.length; i++) {
      assertThat(walk[i].mayFollow(walk[i - 1])).as(walk[i - 1] + " to " + walk[i]).isTrue();
    }
  }
}
