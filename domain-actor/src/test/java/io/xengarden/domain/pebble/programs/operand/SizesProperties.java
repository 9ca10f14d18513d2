package io.xengarden.domain.pebble.programs.operand;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class SizesProperties {
  @Example
  void suffixesArePowersOf1024() {
    assertThat(Sizes.parse("64")).isEqualTo(64);
    assertThat(Sizes.parse("64k")).isEqualTo(65536);
    assertThat(Sizes.parse("2M")).isEqualTo(2 << 20);
    assertThat(Sizes.parse("1GiB")).isEqualTo(1 << 30);
    assertThat(Sizes.parse("1t")).isEqualTo(1L << 40);
  }

  @Example
  void whatIsNoSizeIsMinusOne() {
    for (String text :
        new String[] {"", "k", "-1", "1.5m", "1x", "0x10", "99999999999999999", "8388608t"}) {
      assertThat(Sizes.parse(text)).as(text).isEqualTo(-1);
    }
  }

  @Example
  void secondsMayHaveFractionsAndUnits() {
    assertThat(Sizes.parseSeconds("2")).isEqualTo(2_000_000_000L);
    assertThat(Sizes.parseSeconds("0.25")).isEqualTo(250_000_000L);
    assertThat(Sizes.parseSeconds(".5s")).isEqualTo(500_000_000L);
    assertThat(Sizes.parseSeconds("1.")).isEqualTo(1_000_000_000L);
    assertThat(Sizes.parseSeconds("2m")).isEqualTo(120_000_000_000L);
    assertThat(Sizes.parseSeconds("1d")).isEqualTo(86_400_000_000_000L);
    assertThat(Sizes.parseSeconds("-1")).isEqualTo(-1);
    assertThat(Sizes.parseSeconds("soon")).isEqualTo(-1);
  }

  @Example
  void sizesArePrintedAsPeopleReadThem() {
    assertThat(Sizes.binary(64 << 20)).isEqualTo("64 MiB");
    assertThat(Sizes.binary(1536)).isEqualTo("1.5 KiB");
    assertThat(Sizes.binary(0)).isEqualTo("0 B");
    assertThat(Sizes.decimal(2_097_152)).isEqualTo("2.1 MB");
  }

  @Property
  void plainNumbersAreThemselves(@ForAll @LongRange(min = 0, max = 999_999_999_999_999L) long n) {
    assertThat(Sizes.parse(Long.toString(n))).isEqualTo(n);
  }

  @Property
  void noTextThrows(@ForAll String text) {
    assertThat(Sizes.parse(text)).isGreaterThanOrEqualTo(-1);
    assertThat(Sizes.parseSeconds(text)).isGreaterThanOrEqualTo(-1);
  }
}
