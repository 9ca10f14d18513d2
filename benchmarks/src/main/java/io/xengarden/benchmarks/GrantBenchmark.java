package io.xengarden.benchmarks;

import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.hypervisor.gnttab.GrantMapping;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a backend does for every page of every request. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GrantBenchmark {
  private static final int GREF = 100;

  private GuestPages guest;

  @Setup
  public void grant() {
    guest = new GuestPages();
    guest.grant(GREF, 1);
  }

  @TearDown
  public void end() {
    guest.close();
  }

  @Benchmark
  public int mapAndClose() throws GrantRefused {
    GrantMapping mapping = guest.dom0.map(GREF, GrantAccess.Access.READ_WRITE);
    int first = mapping.page().getInt(0);
    mapping.close();
    return first;
  }
}
