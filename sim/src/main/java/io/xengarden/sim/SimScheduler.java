package io.xengarden.sim;

import akka.actor.AbstractScheduler;
import akka.actor.Cancellable;
import akka.actor.Scheduler;
import akka.actor.SchedulerException;
import akka.event.LoggingAdapter;
import com.typesafe.config.Config;
import java.io.Closeable;
import java.util.concurrent.ThreadFactory;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/** Akka's scheduler in virtual time; named in the configuration, created by the actor system. */
public final class SimScheduler extends AbstractScheduler implements Closeable {
  /**
   * Akka's own scheduler refuses more than 2^31 - 1 ticks of 10 ms: a story must not get past it.
   */
  private static final long MAX_DELAY_NANOS = 10_000_000L * Integer.MAX_VALUE;

  private final Simulation simulation;
  private boolean closed;

  /** Called by Akka inside {@link Simulation#createSystem}. */
  public SimScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {
    this.simulation = Simulation.creating();
  }

  Simulation simulation() {
    return simulation;
  }

  @Override
  @SuppressWarnings("deprecation") // abstract in AbstractScheduler: fixed rates end up here
  public Cancellable schedule(
      FiniteDuration delay, FiniteDuration interval, Runnable body, ExecutionContext executor) {
    if (interval.toNanos() <= 0) {
      throw new IllegalArgumentException("interval " + interval + " is not positive");
    }
    return start(delay, new VirtualTimer.Task(this, body, executor::execute, interval.toNanos()));
  }

  @Override
  public Cancellable scheduleOnce(FiniteDuration delay, Runnable body, ExecutionContext executor) {
    return start(delay, new VirtualTimer.Task(this, body, executor::execute, 0));
  }

  private Cancellable start(FiniteDuration delay, VirtualTimer.Task task) {
    if (closed) {
      // Akka knows a scheduler that ended by this cause; without it, it logs an error.
      throw new IllegalStateException("closed", new SchedulerException("closed"));
    }
    if (delay.toNanos() > MAX_DELAY_NANOS || task.interval() > MAX_DELAY_NANOS) {
      throw new IllegalArgumentException(delay + " is beyond what Akka's scheduler accepts");
    }
    return simulation.schedule(delay.toNanos(), task);
  }

  /** What Akka's own promises: 100 Hz. */
  @Override
  public double maxFrequency() {
    return 100;
  }

  /** The actor system ends: what asked to run even then runs now, the rest never. */
  @Override
  public void close() {
    closed = true;
    for (VirtualTimer timer : simulation.removeTimersOf(this)) {
      if (!timer.isCancelled() && timer.task().body() instanceof Scheduler.TaskRunOnClose last) {
        last.run();
      }
    }
  }
}
