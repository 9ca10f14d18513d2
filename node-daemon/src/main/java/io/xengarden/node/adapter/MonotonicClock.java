package io.xengarden.node.adapter;

import io.xengarden.machine.HostClock;

/** The machine's monotonic clock. */
public final class MonotonicClock implements HostClock {
  @Override
  public long nanos() {
    return System.nanoTime();
  }
}
