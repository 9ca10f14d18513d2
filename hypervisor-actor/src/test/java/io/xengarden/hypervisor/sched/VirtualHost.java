package io.xengarden.hypervisor.sched;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Runs a scheduler in virtual time: slices are answered at once by what a vCPU is scripted to do,
 * and deadlines are kept by a timer of chosen coarseness.
 */
final class VirtualHost {
  static final long MS = 1_000_000;

  /** What a vCPU does with a budget. */
  @FunctionalInterface
  interface Script {
    Answer run(long budgetNs);
  }

  record Answer(long usedNs, boolean runnable) {}

  /** Runs for ever. */
  static final Script BURN = budget -> new Answer(budget, true);

  record Dispatched(SchedVcpu vcpu, int pcpu, long budgetNs, long at) {}

  private record Due(long at, long order, Runnable task) {}

  final CreditScheduler scheduler;
  private final long timerNs;
  private final ArrayDeque<Runnable> sent = new ArrayDeque<>();
  private final PriorityQueue<Due> due =
      new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::order));
  private long order;
  private int slices;
  long now;

  VirtualHost(int pcpus) {
    this(pcpus, 1);
  }

  /**
   * @param timerNs deadlines are noticed at multiples of it
   */
  VirtualHost(int pcpus, long timerNs) {
    this.scheduler = new CreditScheduler(pcpus);
    this.timerNs = timerNs;
  }

  /** A running domain, all of whose vCPUs follow the script and are awake. */
  SchedDomain start(int vcpus, Script script) {
    SchedDomain domain = add(vcpus, script);
    domain.vcpus().forEach(vcpu -> scheduler.wake(vcpu, now));
    settle();
    return domain;
  }

  /** A running domain whose vCPUs are asleep. */
  SchedDomain add(int vcpus, Script script) {
    SchedDomain domain =
        scheduler.add(
            vcpus,
            (vcpu, pcpu, budget) -> {
              slices++;
              Answer answer = script.run(budget);
              sent.add(() -> scheduler.sliceEnded(vcpu, answer.usedNs(), answer.runnable(), now));
            });
    scheduler.resume(domain, now);
    return domain;
  }

  int slices() {
    return slices;
  }

  void wake(SchedVcpu vcpu) {
    scheduler.wake(vcpu, now);
    settle();
  }

  void at(long time, Runnable task) {
    due.add(new Due(time, order++, task));
  }

  /** Answers what was dispatched, until nothing more is. */
  void settle() {
    while (!sent.isEmpty()) {
      sent.poll().run();
    }
  }

  void runFor(long ns) {
    long end = now + ns;
    settle();
    while (true) {
      long deadline = scheduler.nextDeadline();
      long tick =
          deadline == CreditScheduler.NEVER
              ? Long.MAX_VALUE
              : Math.max(Math.ceilDiv(deadline, timerNs) * timerNs, now);
      Due next = due.peek();
      long at = next == null ? tick : Math.min(next.at(), tick);
      if (at > end) {
        now = end;
        return;
      }
      now = at;
      if (next != null && next.at() == at) {
        due.poll().task().run();
      } else {
        scheduler.advance(now);
      }
      settle();
    }
  }

  static long cpuTime(SchedDomain domain) {
    return domain.vcpus().stream().mapToLong(SchedVcpu::cpuTimeNs).sum();
  }
}
