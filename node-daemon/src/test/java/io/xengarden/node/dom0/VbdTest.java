package io.xengarden.node.dom0;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VbdTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "/state"})
  void aChangeOfABackendOrOfItsStateNamesTheDevice(String below) {
    assertThat(Vbd.changedAt("/local/domain/0/backend/vbd/7/51712" + below))
        .hasValue(new Vbd(Domid.of(7), 51712));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/local/domain/0/backend",
        "/local/domain/0/backend/vbd/7",
        "/local/domain/0/backend/vbd/7/51712/params",
        "/local/domain/0/backend/vbd/7/51712/state/x",
        "/local/domain/0/backend/vif/7/0",
        "/local/domain/0/backend/vbd/x/51712",
        "/local/domain/0/backend/vbd/99999/51712",
        "/local/domain/7/device/vbd/51712"
      })
  void otherNodesAreNoDevices(String path) {
    assertThat(Vbd.changedAt(path)).isEmpty();
  }

  @Test
  void aDeviceKnowsItsBackendsNode() {
    assertThat(new Vbd(Domid.of(7), 51712).backendPath())
        .isEqualTo("/local/domain/0/backend/vbd/7/51712");
  }
}
