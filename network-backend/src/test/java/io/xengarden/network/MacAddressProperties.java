package io.xengarden.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class MacAddressProperties {
  @Property
  void addressesReadBackWhatTheySay(@ForAll @LongRange(min = 0, max = (1L << 48) - 1) long value) {
    MacAddress address = new MacAddress(value);
    assertThat(MacAddress.parse(address.toString())).isEqualTo(address);
  }

  @Property
  void whatIsNoAddressIsRefused(@ForAll String text) {
    if (!text.matches("(?i)([0-9a-f]{2}:){5}[0-9a-f]{2}")) {
      assertThatThrownBy(() -> MacAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
