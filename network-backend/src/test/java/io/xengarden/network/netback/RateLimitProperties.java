package io.xengarden.network.netback;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class RateLimitProperties {
  private long now;

  private long ask(RateLimit limit, int length) {
    return limit.nanosUntil(length, () -> now);
  }

  /** Whoever always waits as long as it is told gets at most the rate, and is never told twice. */
  @Property
  void theRateIsKept(
      @ForAll @LongRange(min = 1, max = 5_000) long bytes,
      @ForAll @LongRange(min = 1, max = 1_000) long interval,
      @ForAll @Size(min = 1, max = 100) List<@IntRange(min = 14, max = 9_018) Integer> packets) {
    RateLimit limit = RateLimit.of(bytes, interval);
    now = 0;
    long sent = 0;
    int longest = 0;
    for (int length : packets) {
      long wait = ask(limit, length);
      if (wait > 0) {
        now += wait;
        assertThat(ask(limit, length)).isZero();
      }
      sent += length;
      longest = Math.max(longest, length);
      assertThat(sent).isLessThanOrEqualTo(bytes * (now / interval + 1) + longest);
    }
  }
}
