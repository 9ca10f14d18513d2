package io.xengarden.domain.vcpu;

import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.SharedInfo.TimeInfo;
import io.xengarden.machine.HostClock;
import io.xengarden.machine.Memory;

/**
 * A domain's system time: the host's clock minus an offset. It goes on while the domain is blocked,
 * paused or shut down, and never goes back; a restored domain goes on from the time it was saved.
 */
public final class GuestClock {
  private final HostClock host;

  /** The host's nanoseconds when this domain's time was 0; may be negative after a restore. */
  private final long origin;

  private GuestClock(HostClock host, long origin) {
    this.host = host;
    this.origin = origin;
  }

  /** A clock that shows {@code guestTimeNs} now. */
  public static GuestClock showing(long guestTimeNs, HostClock host) {
    return new GuestClock(host, host.nanos() - guestTimeNs);
  }

  /** The guest's time stamp counter: it counts the host's nanoseconds. */
  public long tsc() {
    return host.nanos();
  }

  /** System time, ns. */
  public long now() {
    return host.nanos() - origin;
  }

  /** Publishes the clock in a vcpu_time_info inside a shared_info page at address 0. */
  public void publish(Memory sharedInfo, int vcpu) {
    long tsc = tsc();
    SharedInfo.writeTime(sharedInfo, 0, vcpu, TimeInfo.nanosecondTsc(tsc, tsc - origin));
  }
}
