package io.xengarden.network.netback;

import io.xengarden.machine.HostClock;

/**
 * A token bucket: so many bytes in each interval, none saved beyond one interval's but for a packet
 * that is longer.
 */
public final class RateLimit {
  /** Bytes in an interval, and nanoseconds of one, that make sense. */
  private static final long MAX = 1L << 40;

  private static final RateLimit NONE = new RateLimit(0, 0);

  private final long bytes;
  private final long intervalNs;
  private long credit;
  private long refilledAt;
  private boolean started;

  private RateLimit(long bytes, long intervalNs) {
    this.bytes = bytes;
    this.intervalNs = intervalNs;
  }

  public static RateLimit none() {
    return NONE;
  }

  /**
   * @throws IllegalArgumentException when one is not positive, or beyond sense
   */
  public static RateLimit of(long bytes, long intervalNs) {
    if (bytes < 1 || bytes > MAX || intervalNs < 1 || intervalNs > MAX) {
      throw new IllegalArgumentException(bytes + " bytes in " + intervalNs + " ns");
    }
    return new RateLimit(bytes, intervalNs);
  }

  /** Takes the tokens for a packet, 0; or takes none, and says when there will be enough. */
  long nanosUntil(int length, HostClock clock) {
    if (bytes == 0) {
      return 0;
    }
    long now = clock.nanos();
    refill(length, now);
    if (credit < length) {
      long intervals = (length - credit + bytes - 1) / bytes;
      return refilledAt + intervals * intervalNs - now;
    }
    credit -= length;
    return 0;
  }

  private void refill(int length, long now) {
    if (!started) {
      started = true;
      refilledAt = now;
      credit = bytes;
      return;
    }
    long intervals = (now - refilledAt) / intervalNs;
    refilledAt += intervals * intervalNs;
    long most = Math.max(bytes, length);
    long enough = (most - credit + bytes - 1) / bytes;
    credit = Math.min(most, credit + Math.clamp(intervals, 0, enough) * bytes);
  }
}
