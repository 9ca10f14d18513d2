package io.xengarden.network.bridge;

import io.xengarden.network.Frame;

/** Sees what enters a bridge, for capture. */
@FunctionalInterface
public interface FrameTap {
  /**
   * Any thread; never blocks, and drops what it cannot take.
   *
   * @param nanos the host's clock
   */
  void saw(long nanos, Frame frame);
}
