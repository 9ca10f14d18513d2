package io.xengarden.machine;

/**
 * A host's monotonic clock: the only source of time below the toolstack. Production reads the
 * machine's monotonic clock, simulation reads virtual time.
 */
@FunctionalInterface
public interface HostClock {
  /** Nanoseconds since an arbitrary origin; never goes back. It is what a guest's rdtsc reads. */
  long nanos();
}
