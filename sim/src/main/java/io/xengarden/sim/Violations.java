package io.xengarden.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * What broke the rule of one thread. Refusing alone is not enough: Akka and CompletableFuture
 * swallow what a callback throws, so it is kept until the run fails on it. Thread-safe.
 */
final class Violations {
  /** A run that goes wrong a million times need not say so more often than this. */
  private static final int MAX_KEPT = 20;

  private static final int MAX_FRAMES = 24;

  /**
   * How long, in real time, a thread that is about to end or to reach for an actor may take, on a
   * machine that is busy with other things. Only a run that does wrong waits for all of it.
   */
  private static final long GRACE_NANOS = 5_000_000_000L;

  private static final long POLL_NANOS = 100_000;

  private final Thread driver = Thread.currentThread();
  private final Set<Thread> threadsBefore = new LinkedHashSet<>(threadsOfGroup());
  private final List<String> kept = new ArrayList<>();
  private volatile int count;

  boolean isDriver() {
    return Thread.currentThread() == driver;
  }

  synchronized void add(String violation) {
    count++;
    if (kept.size() < MAX_KEPT) {
      kept.add(violation);
    }
  }

  void addForeign(String what) {
    String stack =
        Arrays.stream(Thread.currentThread().getStackTrace())
            .skip(3)
            .limit(MAX_FRAMES)
            .map(frame -> "\n      at " + frame)
            .collect(Collectors.joining());
    add(what + " from foreign thread \"" + Thread.currentThread().getName() + "\"" + stack);
  }

  synchronized List<String> list() {
    return List.copyOf(kept);
  }

  void failIfAny(Simulation run) {
    if (count > 0) {
      throw new SimulationFailed(
          count + " violations" + run.where() + ":\n  " + String.join("\n  ", list()));
    }
  }

  /**
   * Futures of the Java API go on in the common pool. Whatever of the run is there now gets the
   * time to reach for it and be caught, before its actors are gone or a test wonders what is
   * missing.
   */
  void awaitCommonPool() {
    await(() -> ForkJoinPool.commonPool().isQuiescent());
  }

  /** The run is over: notes the threads that it started and that do not end. */
  void awaitThreads() {
    await(() -> newThreads().isEmpty());
    for (Thread thread : newThreads()) {
      add("thread \"" + thread.getName() + "\" was started and still runs");
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + GRACE_NANOS;
    while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private List<Thread> newThreads() {
    return threadsOfGroup().stream()
        .filter(thread -> !threadsBefore.contains(thread) && thread.isAlive())
        .toList();
  }

  /** The JVM's own threads are in another group; the common pool's come and go as they like. */
  private static List<Thread> threadsOfGroup() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    Thread[] threads = new Thread[group.activeCount() * 2 + 16];
    int found = group.enumerate(threads);
    return Arrays.stream(threads, 0, found)
        .filter(thread -> !thread.getName().startsWith("ForkJoinPool.commonPool"))
        .toList();
  }
}
