package io.xengarden.hypervisor.sched;

/** A physical CPU: its queue and the slice it is occupied by. */
final class Pcpu {
  final int id;
  final RunQueue queue = new RunQueue();

  /** Whose slice occupies it; null when idle. */
  SchedVcpu current;

  /** The slice: emulated start, and what was offered. */
  long start;

  long budgetNs;

  /** The slice's answer is here: it lasts until {@link #freeAt}. */
  boolean answered;

  /** Gave the CPU up before its budget was used. */
  boolean yielded;

  /** Where its emulated time stands: the end of its last slice. */
  long freeAt = Long.MIN_VALUE;

  /** A vCPU of higher priority than the current one waits here. */
  boolean preempt;

  long lastBalance = Long.MIN_VALUE;

  Pcpu(int id) {
    this.id = id;
  }

  boolean isIdle() {
    return current == null;
  }
}
