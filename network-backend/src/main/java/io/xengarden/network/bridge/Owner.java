package io.xengarden.network.bridge;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A domain as the bridges of one host know it: the epoch under which this host owns it, and the
 * newest epoch that anybody has named. Changed by {@link Owners} only; read by any thread.
 */
final class Owner {
  private static final long NOT_OURS = 0;

  private final UUID uuid;
  private volatile long ours = NOT_OURS;
  private volatile long newest;

  /** Ports of this host. Guarded by the {@link Owners}. */
  int ports;

  /** Entries in the tables of all bridges. */
  final AtomicInteger addresses = new AtomicInteger();

  Owner(UUID uuid) {
    this.uuid = uuid;
  }

  UUID uuid() {
    return uuid;
  }

  /** What frames that leave this host carry. */
  long epoch() {
    return ours;
  }

  boolean isOurs() {
    return ours != NOT_OURS;
  }

  /** Somebody has named a newer epoch than the one under which this host owns it. */
  boolean isStaleHere() {
    return ours < newest;
  }

  void own(long epoch) {
    see(epoch);
    ours = Math.max(ours, epoch);
  }

  void disown() {
    ours = NOT_OURS;
  }

  void see(long epoch) {
    newest = Math.max(newest, epoch);
  }

  /** Whether another host may send in its name under this epoch. */
  boolean admits(long epoch) {
    return epoch >= newest && epoch > ours;
  }

  boolean isInUse() {
    return ports > 0 || isOurs();
  }
}
