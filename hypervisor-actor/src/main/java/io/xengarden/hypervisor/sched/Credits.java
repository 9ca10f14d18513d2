package io.xengarden.hypervisor.sched;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Credit accounting: who has earned how much CPU. Running burns 10 credits a millisecond; every 30
 * ms the host's 300 credits per pCPU are shared out among the active domains by weight, up to their
 * cap. A vCPU is active from the first tick that finds it running until it has saved more than 300.
 */
final class Credits {
  static final long SLICE_NS = 30_000_000;
  static final long TICK_NS = 10_000_000;
  static final int PER_SLICE = 300;
  private static final long NS_PER_CREDIT = SLICE_NS / PER_SLICE;

  static final long NEVER = Long.MAX_VALUE;

  private final int perPeriod;

  /** With an active vCPU each. Those that got all they may come first, see {@link #share}. */
  private final List<SchedDomain> active = new ArrayList<>();

  /** Sum of all active vCPUs' credit after the last accounting. */
  private long balance;

  private long nextAt = NEVER;

  Credits(int pcpus) {
    perPeriod = PER_SLICE * pcpus;
  }

  /** When accounting is due; {@link #NEVER} while nothing is active. */
  long nextAt() {
    return nextAt;
  }

  /** The accounting instant behind {@code time}: they lie on a fixed grid. */
  static long gridAfter(long time) {
    return (Math.floorDiv(time, SLICE_NS) + 1) * SLICE_NS;
  }

  /** A vCPU has run from {@code start} to {@code end}. */
  void burn(SchedVcpu vcpu, long start, long end) {
    vcpu.unpaidNs += end - start;
    vcpu.credit -= Math.toIntExact(vcpu.unpaidNs / NS_PER_CREDIT);
    vcpu.unpaidNs %= NS_PER_CREDIT;
    if (Math.floorDiv(end, TICK_NS) > Math.floorDiv(start, TICK_NS)) {
      tick(vcpu, end);
    }
  }

  /** A tick has found it running: it has had its boost, and takes part in accounting. */
  private void tick(SchedVcpu vcpu, long now) {
    if (vcpu.priority == Priority.BOOST) {
      vcpu.priority = Priority.UNDER;
    }
    if (!vcpu.isActive() && !vcpu.domain.gone) {
      if (vcpu.domain.active.isEmpty()) {
        active.add(vcpu.domain);
      }
      vcpu.domain.active.add(vcpu);
      if (nextAt == NEVER) {
        nextAt = gridAfter(now);
      }
    }
  }

  void deactivate(SchedVcpu vcpu) {
    if (vcpu.domain.active.remove(vcpu) && vcpu.domain.active.isEmpty()) {
      active.remove(vcpu.domain);
    }
  }

  /**
   * Shares out one period's credits; {@code unparked} hears of each vCPU whose cap lets it run
   * again.
   */
  void account(long now, Consumer<SchedVcpu> unparked) {
    nextAt = gridAfter(now);
    long total = balance < 0 ? perPeriod - balance : perPeriod;
    share(total, unparked);
    if (active.isEmpty()) {
      nextAt = NEVER;
      balance = 0;
    }
  }

  private void share(long creditTotal, Consumer<SchedVcpu> unparked) {
    long weightTotal = 0;
    for (SchedDomain domain : active) {
      weightTotal += (long) domain.weight * domain.active.size();
    }
    long debt = Math.max(0, -balance);
    long total = creditTotal;
    long weightLeft = weightTotal;
    long newBalance = 0;
    boolean someoneShort = false;
    for (SchedDomain domain : List.copyOf(active)) {
      int count = domain.active.size();
      long weight = (long) domain.weight * count;
      weightLeft -= weight;
      long peak = (long) PER_SLICE * count + ceilDiv(debt * weight, weightTotal);
      if (domain.cap != 0) {
        peak = Math.min(peak, capCredits(domain));
      }
      long fair = ceilDiv(total * weight, weightTotal);
      if (fair < peak) {
        someoneShort = true;
      } else {
        if (weightLeft != 0) {
          total += ceilDiv((fair - peak) * weightTotal, weightLeft); // the others' gain
        }
        if (someoneShort) {
          // Too late for those before: next time they come after this one.
          active.remove(domain);
          active.addFirst(domain);
        }
        fair = peak;
      }
      newBalance += pay(domain, Math.toIntExact(ceilDiv(fair, count)), unparked);
    }
    balance = newBalance;
  }

  private long pay(SchedDomain domain, int credits, Consumer<SchedVcpu> unparked) {
    long capPerVcpu = ceilDiv(capCredits(domain), domain.active.size());
    long sum = 0;
    for (SchedVcpu vcpu : List.copyOf(domain.active)) {
      vcpu.credit += credits;
      if (vcpu.credit < 0) {
        vcpu.priority = Priority.OVER;
        if (domain.cap != 0 && vcpu.credit < -capPerVcpu) {
          vcpu.parked = true;
        }
        vcpu.credit = Math.max(vcpu.credit, -PER_SLICE);
      } else {
        vcpu.priority = Priority.UNDER;
        if (vcpu.parked) {
          vcpu.parked = false;
          unparked.accept(vcpu);
        }
        if (vcpu.credit > PER_SLICE) {
          deactivate(vcpu);
          vcpu.credit /= 2; // when it comes back it is a little ahead
        }
      }
      sum += vcpu.credit;
    }
    return sum;
  }

  private static long capCredits(SchedDomain domain) {
    return ceilDiv((long) domain.cap * PER_SLICE, 100);
  }

  private static long ceilDiv(long value, long divisor) {
    return Math.ceilDiv(value, divisor);
  }
}
