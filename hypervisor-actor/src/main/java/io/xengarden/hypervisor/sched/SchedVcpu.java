package io.xengarden.hypervisor.sched;

/** A vCPU as the scheduler sees it. Changed only through {@link CreditScheduler}. */
public final class SchedVcpu {
  final SchedDomain domain;
  private final int index;

  /** The pCPU whose queue it belongs to. */
  int pcpu;

  /** The pCPU that its slice occupies, or null. */
  Pcpu running;

  /** Wants to run: neither blocked nor offline. */
  boolean ready;

  boolean queued;

  /** Woke after its slice was answered and before the slice's time had passed. */
  boolean wokenMeanwhile;

  Priority priority = Priority.UNDER;
  int credit;

  /** Out of its domain's cap until its credit is back. */
  boolean parked;

  /** Since when it waits for a pCPU. */
  long readySince;

  /** End of its last slice: it is nowhere else before. */
  long ranUntil = Long.MIN_VALUE;

  /** Run since it was last switched in. */
  long ranNs;

  /** Run and not yet paid for: less than one credit's worth. */
  long unpaidNs;

  long cpuTimeNs;

  SchedVcpu(SchedDomain domain, int index) {
    this.domain = domain;
    this.index = index;
  }

  public int index() {
    return index;
  }

  /** Where it runs, or ran last. */
  public int pcpu() {
    return pcpu;
  }

  /** Whether it occupies a pCPU now. */
  public boolean isRunning() {
    return running != null;
  }

  /** Whether its slice has been sent and not answered. */
  public boolean isSliceUnderWay() {
    return running != null && !running.answered;
  }

  /** Emulated time it has run, of slices whose time has passed. */
  public long cpuTimeNs() {
    return cpuTimeNs;
  }

  /** Credits, 300 for a time slice of a pCPU; negative when it has run more than it earned. */
  public int credit() {
    return credit;
  }

  /** Held back because its domain's cap is used up. */
  public boolean isParked() {
    return parked;
  }

  boolean isRunnable() {
    return ready && domain.mayRun && !parked;
  }

  boolean isActive() {
    return domain.active.contains(this);
  }

  @Override
  public String toString() {
    return "v" + index + "@" + pcpu + " " + priority + " " + credit;
  }
}
