package io.xengarden.network.netback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RateLimitTest {
  private long now = 5;

  private long ask(RateLimit limit, int length) {
    return limit.nanosUntil(length, () -> now);
  }

  @Test
  void noneLetsEverythingThrough() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(ask(RateLimit.none(), 9_000)).isZero();
    }
  }

  @Test
  void anIntervalsWorthGoesAtOnceAndTheRestWaitsForTheNext() {
    RateLimit limit = RateLimit.of(1_000, 100);
    assertThat(ask(limit, 600)).isZero();
    assertThat(ask(limit, 600)).isEqualTo(100);
    now += 40;
    assertThat(ask(limit, 600)).isEqualTo(60);
    now += 60;
    assertThat(ask(limit, 600)).isZero();
  }

  @Test
  void nothingIsSavedBeyondOneInterval() {
    RateLimit limit = RateLimit.of(1_000, 100);
    ask(limit, 1_000);
    now += 1_000_000;
    assertThat(ask(limit, 1_000)).isZero();
    assertThat(ask(limit, 1)).isPositive();
  }

  @Test
  void aPacketLongerThanAnIntervalsWorthWaitsForSeveral() {
    RateLimit limit = RateLimit.of(100, 10);
    long wait = ask(limit, 1_000);
    assertThat(wait).isEqualTo(90);
    now += wait;
    assertThat(ask(limit, 1_000)).isZero();
  }

  @Test
  void ratesThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> RateLimit.of(0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RateLimit.of(1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RateLimit.of(Long.MAX_VALUE, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
