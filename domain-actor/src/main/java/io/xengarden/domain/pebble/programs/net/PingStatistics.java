package io.xengarden.domain.pebble.programs.net;

import io.xengarden.domain.pebble.image.Printf;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * What a ping has seen, and how iputils says it.
 *
 * @param sumUs of the round trips
 * @param squaresUs of the round trips
 */
record PingStatistics(Counts counts, long elapsedNs, Span span, long sumUs, long squaresUs) {
  /** Requests, replies, requests that could not be sent. */
  record Counts(long sent, long received, long errors) {}

  /** The fastest and the slowest. */
  record Span(long minUs, long maxUs) {}

  private static final long NS_PER_US = 1_000;

  /** "0.045", "1.23", "12.3", "123": in milliseconds. */
  static String milliseconds(long us) {
    if (us >= 100_000) {
      return Long.toString(us / 1_000);
    }
    if (us >= 10_000) {
      return Printf.text("%d.%01d", us / 1_000, us % 1_000 / 100);
    }
    return us >= 1_000
        ? Printf.text("%d.%02d", us / 1_000, us % 1_000 / 10)
        : Printf.text("0.%03d", us);
  }

  String text(String target) {
    String errors = counts.errors() == 0 ? "" : ", +" + counts.errors() + " errors";
    String text =
        Printf.text(
            "\n--- %s ping statistics ---\n"
                + "%d packets transmitted, %d received%s, %s%% packet loss, time %dms\n",
            target,
            counts.sent(),
            counts.received(),
            errors,
            loss(),
            elapsedNs / NS_PER_US / 1_000);
    return counts.received() == 0 ? text : text + roundTrips();
  }

  /** As C's %g. */
  private String loss() {
    if (counts.sent() == 0) {
      return "0";
    }
    BigDecimal percent = BigDecimal.valueOf(100 * (counts.sent() - counts.received()));
    return percent
        .divide(BigDecimal.valueOf(counts.sent()), new MathContext(6))
        .stripTrailingZeros()
        .toPlainString();
  }

  private String roundTrips() {
    long mean = sumUs / counts.received();
    long variance = Math.max(0, squaresUs / counts.received() - mean * mean);
    long deviation = (long) StrictMath.sqrt(variance);
    return Printf.text(
        "rtt min/avg/max/mdev = %s/%s/%s/%s ms\n",
        thousandths(span.minUs()),
        thousandths(mean),
        thousandths(span.maxUs()),
        thousandths(deviation));
  }

  private static String thousandths(long us) {
    return Printf.text("%d.%03d", us / 1_000, us % 1_000);
  }
}
