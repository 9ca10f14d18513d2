package io.xengarden.node.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import akka.actor.Cancellable;
import akka.actor.Scheduler.TaskRunOnClose;
import akka.actor.SchedulerException;
import akka.dispatch.ExecutionContexts;
import akka.event.NoLogging;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.Duration;
import scala.concurrent.duration.FiniteDuration;

class PreciseSchedulerTest {
  private static final ExecutionContext PARASITIC = ExecutionContexts.fromExecutor(Runnable::run);

  private final PreciseScheduler scheduler =
      new PreciseScheduler(
          ConfigFactory.empty(), NoLogging.getInstance(), Thread.ofPlatform().daemon().factory());

  @AfterEach
  void close() {
    scheduler.close();
  }

  /**
   * Akka's own scheduler would need 10 ms for each of these, on an idle machine too; a busy one may
   * spoil many rounds, but not all.
   */
  @Test
  void aTimerFiresWithinAFractionOfAMillisecond() {
    await()
        .atMost(java.time.Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              List<Long> lateMicros = new ArrayList<>();
              for (int i = 0; i < 51; i++) {
                lateMicros.add(lateMicros());
              }
              Collections.sort(lateMicros);
              assertThat(lateMicros.get(25))
                  .as("median lateness in us of %s", lateMicros)
                  .isLessThan(1000);
            });
  }

  @Test
  void aTimerIsNeverEarly() throws Exception {
    for (int i = 0; i < 51; i++) {
      assertThat(lateMicros()).isNotNegative();
    }
  }

  private long lateMicros() throws InterruptedException {
    CountDownLatch fired = new CountDownLatch(1);
    long due = System.nanoTime() + 1_000_000;
    long[] at = new long[1];
    scheduler.scheduleOnce(
        nanos(1_000_000),
        () -> {
          at[0] = System.nanoTime();
          fired.countDown();
        },
        PARASITIC);
    awaitZero(fired);
    return Math.floorDiv(at[0] - due, 1000);
  }

  @Test
  void aCancelledTimerDoesNotFireAndSaysSo() throws Exception {
    AtomicInteger fired = new AtomicInteger();
    CountDownLatch release = holdTheTimersThread();
    Cancellable timer = scheduler.scheduleOnce(nanos(1_000_000), fired::incrementAndGet, PARASITIC);
    assertThat(timer.cancel()).isTrue();
    assertThat(timer.cancel()).as("a second time").isFalse();
    assertThat(timer.isCancelled()).isTrue();
    release.countDown();
    CountDownLatch later = new CountDownLatch(1);
    scheduler.scheduleOnce(nanos(2_000_000), later::countDown, PARASITIC);
    awaitZero(later);
    assertThat(fired).hasValue(0);
  }

  /** However long the test is held up, no timer fires before it says so. */
  private CountDownLatch holdTheTimersThread() throws InterruptedException {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    scheduler.scheduleOnce(
        nanos(0),
        () -> {
          held.countDown();
          awaitZeroUnchecked(release);
        },
        PARASITIC);
    awaitZero(held);
    return release;
  }

  private static void awaitZeroUnchecked(CountDownLatch latch) {
    try {
      awaitZero(latch);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitZero(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aFiredTimerCannotBeCancelled() throws Exception {
    CountDownLatch fired = new CountDownLatch(1);
    Cancellable timer = scheduler.scheduleOnce(nanos(0), fired::countDown, PARASITIC);
    awaitZero(fired);
    assertThat(timer.cancel()).isFalse();
    assertThat(timer.isCancelled()).isFalse();
  }

  @Test
  void aRepeatingTimerFiresUntilItIsCancelled() throws Exception {
    CountDownLatch fired = new CountDownLatch(5);
    Cancellable timer = scheduler.schedule(nanos(0), nanos(1_000_000), fired::countDown, PARASITIC);
    awaitZero(fired);
    assertThat(timer.cancel()).isTrue();
  }

  @Test
  void closingRunsWhatAsksForItAndRefusesTheRest() {
    AtomicInteger atClose = new AtomicInteger();
    AtomicInteger never = new AtomicInteger();
    TaskRunOnClose task = atClose::incrementAndGet;
    scheduler.scheduleOnce(nanos(1L << 40), task, PARASITIC);
    scheduler.scheduleOnce(nanos(1L << 40), never::incrementAndGet, PARASITIC);
    scheduler.close();
    assertThat(atClose).hasValue(1);
    assertThat(never).hasValue(0);
    assertThatThrownBy(() -> scheduler.scheduleOnce(nanos(0), () -> {}, PARASITIC))
        .isInstanceOf(IllegalStateException.class)
        .hasCauseInstanceOf(SchedulerException.class);
  }

  private static FiniteDuration nanos(long nanos) {
    return Duration.fromNanos(nanos);
  }
}
