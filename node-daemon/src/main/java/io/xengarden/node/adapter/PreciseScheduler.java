package io.xengarden.node.adapter;

import akka.actor.AbstractScheduler;
import akka.actor.Cancellable;
import akka.actor.Scheduler.TaskRunOnClose;
import akka.actor.SchedulerException;
import akka.event.LoggingAdapter;
import com.typesafe.config.Config;
import java.io.Closeable;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/**
 * Akka's scheduler on one thread that sleeps until the next timer. Akka's own wheel ticks every 10
 * ms for ever, which costs an idle host CPU time and makes a guest's 1 ms timer a 10 ms one.
 */
public final class PreciseScheduler extends AbstractScheduler implements Closeable {
  private static final double NANOSECONDS_PER_SECOND = 1e9;

  private final ScheduledThreadPoolExecutor timers;
  private final Set<Timer> runOnClose = ConcurrentHashMap.newKeySet();

  /** Called by Akka. */
  public PreciseScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {
    timers = new ScheduledThreadPoolExecutor(1, threads);
    timers.setRemoveOnCancelPolicy(true);
  }

  @Override
  public Cancellable scheduleOnce(FiniteDuration delay, Runnable body, ExecutionContext executor) {
    Timer timer = new Timer(body, executor);
    if (body instanceof TaskRunOnClose) {
      runOnClose.add(timer);
    }
    return timer.startedBy(
        () -> timers.schedule(timer, nanosNotNegative(delay), TimeUnit.NANOSECONDS));
  }

  /** What scheduleAtFixedRate comes down to; deprecated for callers, not for schedulers. */
  @Override
  @SuppressWarnings("deprecation")
  public Cancellable schedule(
      FiniteDuration delay, FiniteDuration interval, Runnable body, ExecutionContext executor) {
    RepeatingTimer timer = new RepeatingTimer(body, executor);
    return timer.startedBy(
        () ->
            timers.scheduleAtFixedRate(
                timer, nanosNotNegative(delay), interval.toNanos(), TimeUnit.NANOSECONDS));
  }

  /** How often a repeating timer may fire at most, in Hz. */
  @Override
  public double maxFrequency() {
    return NANOSECONDS_PER_SECOND;
  }

  /** No timer fires after this; those that ask for it run now. */
  @Override
  public void close() {
    timers.shutdownNow();
    runOnClose.forEach(Timer::runNow);
  }

  private static long nanosNotNegative(FiniteDuration delay) {
    return Math.max(0, delay.toNanos());
  }

  private interface Start {
    Future<?> start();
  }

  /** Hands its body to the executor at most once. */
  private sealed class Timer implements Runnable, Cancellable permits RepeatingTimer {
    final Runnable body;
    final ExecutionContext executor;
    final AtomicBoolean over = new AtomicBoolean();
    private volatile Future<?> waiting;

    Timer(Runnable body, ExecutionContext executor) {
      this.body = body;
      this.executor = executor;
    }

    Cancellable startedBy(Start start) {
      try {
        waiting = start.start();
        return this;
      } catch (RejectedExecutionException closed) {
        // Akka looks for this cause to tell a closed scheduler from a failed one.
        throw new IllegalStateException("closed", new SchedulerException("closed"));
      }
    }

    @Override
    public void run() {
      if (over.compareAndSet(false, true)) {
        runOnClose.remove(this);
        executor.execute(body);
      }
    }

    void runNow() {
      if (over.compareAndSet(false, true)) {
        body.run();
      }
    }

    @Override
    public boolean cancel() {
      boolean cancelled = over.compareAndSet(false, true);
      if (cancelled) {
        runOnClose.remove(this);
        waiting.cancel(false);
      }
      return cancelled;
    }

    @Override
    public boolean isCancelled() {
      Future<?> future = waiting;
      return future != null && future.isCancelled();
    }
  }

  /** Hands its body to the executor until it is cancelled. */
  private final class RepeatingTimer extends Timer {
    RepeatingTimer(Runnable body, ExecutionContext executor) {
      super(body, executor);
    }

    @Override
    public void run() {
      if (!over.get()) {
        executor.execute(body);
      }
    }
  }
}
