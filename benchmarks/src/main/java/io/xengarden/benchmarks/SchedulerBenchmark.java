package io.xengarden.benchmarks;

import io.xengarden.hypervisor.sched.CreditScheduler;
import io.xengarden.hypervisor.sched.SchedDomain;
import io.xengarden.hypervisor.sched.SchedVcpu;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One wake-up, the decision that follows, and the end of the slice, on a host that is full. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SchedulerBenchmark {
  private static final int PCPUS = 8;
  private static final int DOMAINS = 64;
  private static final long USED_NS = 40_000;

  /** Between wake-ups: so that eight pCPUs are just busy. */
  private static final long PACE_NS = USED_NS / PCPUS;

  private final CreditScheduler scheduler = new CreditScheduler(PCPUS);
  private final List<SchedVcpu> vcpus = new ArrayList<>();
  private final ArrayDeque<SchedVcpu> dispatched = new ArrayDeque<>();
  private long now;
  private int next;

  @Setup
  public void add() {
    for (int i = 0; i < DOMAINS; i++) {
      SchedDomain domain = scheduler.add(1, (vcpu, pcpu, budget) -> dispatched.add(vcpu));
      scheduler.resume(domain, now);
      vcpus.add(domain.vcpu(0));
    }
  }

  @Benchmark
  public long decision() {
    now += PACE_NS;
    scheduler.wake(vcpus.get(next++ % DOMAINS), now);
    scheduler.advance(now);
    for (SchedVcpu vcpu = dispatched.poll(); vcpu != null; vcpu = dispatched.poll()) {
      scheduler.sliceEnded(vcpu, USED_NS, false, now);
    }
    return scheduler.nextDeadline();
  }
}
