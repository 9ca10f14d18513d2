package io.xengarden.node.simulated;

import io.xengarden.node.console.ConsoleLogs;
import io.xengarden.sim.Simulation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Console logs in memory, written after a delay by chance; they can be held up, and fail. */
public final class SimulatedConsoleLogs implements ConsoleLogs {
  private static final long MAX_DELAY_NS = 200_000;

  private final Simulation simulation;
  private final Map<String, ByteArrayOutputStream> logs = new TreeMap<>();
  private final List<Runnable> held = new ArrayList<>();
  private boolean holding;
  private boolean failing;

  public SimulatedConsoleLogs(Simulation simulation) {
    this.simulation = simulation;
  }

  /** What was written for a domain of this name. */
  public String text(String domainName) {
    ByteArrayOutputStream log = logs.get(domainName);
    return log == null ? "" : log.toString(StandardCharsets.UTF_8);
  }

  /** From now on nothing is written before {@link #release}. */
  public void hold() {
    holding = true;
  }

  public void release() {
    holding = false;
    List<Runnable> writes = List.copyOf(held);
    held.clear();
    writes.forEach(write -> simulation.schedule(Duration.ZERO, write));
  }

  /** From now on every write fails. */
  public void fail() {
    failing = true;
  }

  @Override
  public ConsoleLog open(String domainName) {
    ByteArrayOutputStream log = logs.computeIfAbsent(domainName, _ -> new ByteArrayOutputStream());
    return new ConsoleLog() {
      @Override
      public void append(byte[] output, AppendDone done) {
        Runnable write = () -> write(log, output, done);
        if (holding) {
          held.add(write);
        } else {
          long delay = simulation.random().nextLong(MAX_DELAY_NS);
          simulation.schedule(Duration.ofNanos(delay), write);
        }
      }

      @Override
      public void close() {
        // Nothing is held between appends.
      }
    };
  }

  private void write(ByteArrayOutputStream log, byte[] output, AppendDone done) {
    if (failing) {
      done.done(new IOException("no space left on device"));
    } else {
      log.writeBytes(output);
      done.done(null);
    }
  }
}
