package io.xengarden.node.toolstack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VdevTest {
  /** Numbers from xen-vbd-interface(7). */
  @ParameterizedTest
  @CsvSource({
    "xvda, 51712",
    "xvdb, 51728",
    "xvda1, 51713",
    "xvdp15, 51967",
    "d0, 51712",
    "d1p2, 51730",
    "sda, 2048",
    "sdb3, 2067",
    "hda, 768",
    "hdb, 832",
    "hdc, 5632",
    "hdd1, 5697",
    "xvdq, 268439552",
    "xvdaa, 268442112",
    "xvda16, 268435472",
    "51712, 51712",
    "0xca00, 51712",
    "00042, 42"
  })
  void aNameHasItsNumber(String name, int number) {
    assertThat(Vdev.parse(name)).hasValue(number);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "xvd",
        "xvda256",
        "sdq",
        "sda16",
        "hde",
        "hda64",
        "vda",
        "xvdA",
        "d",
        "dp1",
        "-1",
        "d1048576",
        "9999999999",
        "xvda1234",
        "xvda "
      })
  void anythingElseHasNone(String name) {
    assertThat(Vdev.parse(name)).isEmpty();
  }
}
