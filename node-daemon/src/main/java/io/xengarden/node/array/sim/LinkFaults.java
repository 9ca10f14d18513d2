package io.xengarden.node.array.sim;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How bad a link is.
 *
 * @param maxDelay of each message; longer than a call's limit, and requests take effect after they
 *     were given up
 * @param lostPercent of the messages, in either direction
 */
public record LinkFaults(Duration maxDelay, int lostPercent) {
  public static LinkFaults none() {
    return new LinkFaults(Duration.ofMillis(1), 0);
  }

  boolean loses(RandomGenerator random) {
    return random.nextInt(100) < lostPercent;
  }

  Duration delay(RandomGenerator random) {
    return Duration.ofNanos(random.nextLong(maxDelay.toNanos() + 1));
  }
}
