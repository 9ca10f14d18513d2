package io.xengarden.network.sim;

import java.time.Duration;

/**
 * What a simulated network does wrong. Each frame's delay is chosen for itself, so frames overtake
 * one another when the two delays differ; when they do not, frames keep their order.
 *
 * @param lossPerMillion frames that never arrive
 * @param repeatsPerMillion frames that arrive twice
 */
public record LinkFaults(
    Duration minDelay, Duration maxDelay, int lossPerMillion, int repeatsPerMillion) {
  static final int MILLION = 1_000_000;

  /** Everything arrives, in its order, at once. */
  public static LinkFaults none() {
    return new LinkFaults(Duration.ZERO, Duration.ZERO, 0, 0);
  }

  public LinkFaults withDelay(Duration least, Duration most) {
    return new LinkFaults(least, most, lossPerMillion, repeatsPerMillion);
  }

  public LinkFaults withLoss(int perMillion) {
    return new LinkFaults(minDelay, maxDelay, perMillion, repeatsPerMillion);
  }

  public LinkFaults withRepeats(int perMillion) {
    return new LinkFaults(minDelay, maxDelay, lossPerMillion, perMillion);
  }
}
