package io.xengarden.domain.vcpu;

/**
 * One deadline of a vCPU, in system time, over one host timer. The host timer is only started anew
 * when it would ring too late; one that rings too early is started again for the rest. A guest that
 * moves its deadline at every interrupt, as kernels do, therefore costs hardly any host timers.
 */
public final class Alarm {
  /** Which of a vCPU's alarms it is. */
  public enum Kind {
    /** set_timer_op and VCPUOP_set_singleshot_timer: VIRQ_TIMER. */
    SINGLESHOT,
    /** The timeout of SCHEDOP_poll: wakes the vCPU. */
    POLL
  }

  /** Starts a host timer; an earlier one of the same kind and vCPU is gone then. */
  @FunctionalInterface
  public interface HostTimer {
    void start(int vcpu, Kind kind, long delayNs);
  }

  /** A host timer is never set farther than this, a day: schedulers have a longest delay. */
  public static final long LONGEST_DELAY_NS = 86_400_000_000_000L;

  private static final long NEVER = Long.MAX_VALUE;

  private final int vcpu;
  private final Kind kind;
  private final HostTimer timer;
  private long deadline = NEVER;
  private long rings = NEVER;

  Alarm(int vcpu, Kind kind, HostTimer timer) {
    this.vcpu = vcpu;
    this.kind = kind;
    this.timer = timer;
  }

  /** Sets the deadline, which lies after {@code now}. */
  void set(long at, long now) {
    deadline = at;
    if (at < rings) {
      long delay = Math.min(at - now, LONGEST_DELAY_NS);
      rings = now + delay;
      timer.start(vcpu, kind, delay);
    }
  }

  /** Forgets the deadline. The host timer may still ring, for nothing. */
  public void clear() {
    deadline = NEVER;
  }

  /** Whether the deadline is reached; it is forgotten then. */
  boolean takeDue(long now) {
    boolean due = deadline != NEVER && deadline <= now;
    if (due) {
      deadline = NEVER;
    }
    return due;
  }

  /** The host timer rang: whether the deadline is reached; if not, it is set again. */
  boolean rang(long now) {
    rings = NEVER;
    boolean due = takeDue(now);
    if (deadline != NEVER) {
      set(deadline, now);
    }
    return due;
  }
}
