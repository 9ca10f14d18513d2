package io.xengarden.domain;

import io.xengarden.domain.builder.BuiltDomain;
import io.xengarden.domain.hypercall.Hypercalls;
import io.xengarden.domain.vcpu.GuestClock;
import io.xengarden.domain.vcpu.LiveDomain;

/** What a bench outside this package needs of a {@link TestDomain}. */
public final class BenchDomain {
  private BenchDomain() {}

  /** Emulated nanoseconds that the last slice of a domain used. */
  public static long used(TestDomain domain) {
    return domain.cpu.used();
  }

  /** As {@link TestDomain#start}, with a guest time to go on from. */
  public static void start(TestDomain domain, BuiltDomain built, long guestTimeNs) {
    domain.live =
        new LiveDomain(
            domain.xen,
            GuestClock.showing(guestTimeNs, () -> domain.hostNanos),
            domain.told::add,
            (vcpu, kind, delay) -> domain.timers.add(new TestDomain.Started(vcpu, kind, delay)));
    domain.hypercalls = new Hypercalls(domain.live);
    domain.cpu = new SliceCpu(domain.live, domain.hypercalls);
    domain.live.start(domain.live.vcpu(0), built.contexts().getFirst());
  }
}
