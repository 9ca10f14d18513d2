package io.xengarden.node.simulated;

import io.xengarden.node.console.ConsoleLogs;
import io.xengarden.sim.Simulation;
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
  private final Map<String, StringBuilder> logs = new TreeMap<>();
  private final List<Runnable> held = new ArrayList<>();
  private boolean holding;
  private boolean failing;

  public SimulatedConsoleLogs(Simulation simulation) {
    this.simulation = simulation;
  }

  /** What was written for domains of this name, a char per byte. */
  public String text(String domainName) {
    return logs.getOrDefault(domainName, new StringBuilder()).toString();
  }

  /** Cheap, so that it can be asked after every step. */
  public boolean endsWith(String domainName, String end) {
    StringBuilder log = logs.getOrDefault(domainName, new StringBuilder());
    return log.length() >= end.length()
        && CharSequence.compare(log.substring(log.length() - end.length()), end) == 0;
  }

  /** From now on nothing is written before {@link #release}. */
  public void hold() {
    holding = true;
  }

  public void release() {
    holding = false;
    List<Runnable> writes = List.copyOf(held);
    held.clear();
    for (int i = 0; i < writes.size(); i++) {
      simulation.schedule(Duration.ofNanos(i), writes.get(i));
    }
  }

  /** From now on every write fails. */
  public void fail() {
    failing = true;
  }

  @Override
  public ConsoleLog open(String domainName) {
    return new Log(logs.computeIfAbsent(domainName, _ -> new StringBuilder()));
  }

  /** Writes one append after the other, as the port promises. */
  private final class Log implements ConsoleLog {
    private final StringBuilder log;
    private long lastWriteAt;

    Log(StringBuilder log) {
      this.log = log;
    }

    @Override
    public void append(byte[] output, AppendDone done) {
      Runnable write = () -> write(log, output, done);
      if (holding) {
        held.add(write);
        return;
      }
      long now = simulation.nanos();
      long at = now + simulation.random().nextLong(MAX_DELAY_NS);
      lastWriteAt = Math.max(at, lastWriteAt + 1);
      simulation.schedule(Duration.ofNanos(lastWriteAt - now), write);
    }

    @Override
    public void close() {
      // Nothing is held between appends.
    }
  }

  private void write(StringBuilder log, byte[] output, AppendDone done) {
    if (failing) {
      done.done(new IOException("no space left on device"));
    } else {
      log.append(new String(output, StandardCharsets.ISO_8859_1));
      done.done(null);
    }
  }
}
