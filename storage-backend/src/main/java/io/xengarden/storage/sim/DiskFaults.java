package io.xengarden.storage.sim;

import java.time.Duration;

/**
 * How a simulated disk behaves.
 *
 * @param minDelay the least time an operation takes
 * @param maxDelay the most; each operation draws its own, so they overtake one another
 * @param errorsPerMillion of a million operations, so many fail with an I/O error
 */
public record DiskFaults(Duration minDelay, Duration maxDelay, int errorsPerMillion) {
  public static final int MILLION = 1_000_000;

  public DiskFaults {
    if (minDelay.isNegative() || maxDelay.compareTo(minDelay) < 0) {
      throw new IllegalArgumentException("delays from " + minDelay + " to " + maxDelay);
    }
    if (errorsPerMillion < 0 || errorsPerMillion > MILLION) {
      throw new IllegalArgumentException(errorsPerMillion + " errors per million");
    }
  }

  /** A disk without faults: 50 to 500 microseconds an operation. */
  public static DiskFaults none() {
    return new DiskFaults(Duration.ofNanos(50_000), Duration.ofNanos(500_000), 0);
  }

  public DiskFaults withErrorsPerMillion(int errors) {
    return new DiskFaults(minDelay, maxDelay, errors);
  }

  public DiskFaults withDelays(Duration least, Duration most) {
    return new DiskFaults(least, most, errorsPerMillion);
  }
}
