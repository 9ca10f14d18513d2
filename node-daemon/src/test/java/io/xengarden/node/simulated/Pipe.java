package io.xengarden.node.simulated;

import io.xengarden.sim.Simulation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** One direction of a connection: delays by chance, keeps the order. */
final class Pipe<T> {
  private static final long MAX_DELAY_NS = 500_000;

  private final Simulation simulation;
  private final RandomGenerator random;
  private final Consumer<T> out;
  private final Queue<T> under = new ArrayDeque<>();
  private long lastAt;

  Pipe(Simulation simulation, RandomGenerator random, Consumer<T> out) {
    this.simulation = simulation;
    this.random = random;
    this.out = out;
  }

  /**
   * @param costNs how long it keeps the line busy
   */
  void send(T message, long costNs) {
    long now = simulation.nanos();
    lastAt = Math.max(now + random.nextLong(MAX_DELAY_NS), lastAt) + costNs;
    under.add(message);
    simulation.schedule(Duration.ofNanos(lastAt - now), this::deliver);
  }

  private void deliver() {
    T next = under.poll();
    if (next != null) {
      out.accept(next);
    }
  }

  /** Messages under way. */
  int size() {
    return under.size();
  }

  /** What is under way is lost. */
  void clear() {
    under.clear();
  }
}
