package io.xengarden.abi;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.machine.PageView;
import java.util.Arrays;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SharedRingTest {
  private static final long BASE = GuestPage.BASE;
  private static final int MESSAGES = 1_000_000;
  private static final int DEPTH = 2;

  private final GuestPage page = new GuestPage();

  @AfterEach
  void close() {
    page.close();
  }

  @Test
  void theFirstMessageOfAFreshRingRings() {
    page.fill(filled((byte) 0x5a));
    SharedRing.init(page.memory, BASE);

    assertThat(FrontRing.freeSlots(BlkifRing.SLOTS, 0, 0)).isEqualTo(BlkifRing.SLOTS);
    assertThat(FrontRing.pushRequests(page.memory, BASE, 0, 1)).isTrue();
    assertThat(FrontRing.pushRequests(page.memory, BASE, 1, 2))
        .as("the backend is awake")
        .isFalse();
    assertThat(BackRing.pushResponses(page.view(), 0, 0, 1)).isTrue();
  }

  @Test
  void sleepingAsksForTheNextMessage() {
    SharedRing.init(page.memory, BASE);
    FrontRing.pushRequests(page.memory, BASE, 0, 3);

    assertThat(BackRing.finalCheckForRequests(page.view(), 0, 2)).as("one is left").isTrue();
    assertThat(BackRing.finalCheckForRequests(page.view(), 0, 3)).isFalse();
    assertThat(FrontRing.pushRequests(page.memory, BASE, 3, 4)).isTrue();
  }

  @Test
  void indicesWrapAroundAtTwoToTheThirtyTwo() {
    int last = -1;
    assertThat(FrontRing.freeSlots(BlkifRing.SLOTS, last + 2, last)).isEqualTo(30);
    FrontRing.pushRequests(page.memory, BASE, last, last + 2);
    assertThat(BackRing.unconsumedRequests(page.view(), 0, last, BlkifRing.SLOTS)).isEqualTo(2);
  }

  /**
   * Two real threads, each asleep whenever the other may be: a lost wake-up would leave both asleep
   * for ever. One message at a time, so that nearly each one races with the backend's going to
   * sleep.
   */
  @Test
  @Timeout(120)
  void noWakeUpIsLost() throws Exception {
    SharedRing.init(page.memory, BASE);
    Event toBack = new Event();
    Event toFront = new Event();
    FutureTask<Integer> back = new FutureTask<>(() -> echo(toBack, toFront));
    Thread.ofPlatform().start(back);

    int produced = 0;
    int answered = 0;
    while (answered < MESSAGES) {
      if (produced < MESSAGES && FrontRing.freeSlots(DEPTH, produced, answered) > 0) {
        BlkifRing.writeResponse(page.memory, BASE, produced, new BlkifResponse(produced, 0, 0));
        if (FrontRing.pushRequests(page.memory, BASE, produced, ++produced)) {
          toBack.raise();
        }
      }
      answered += takeAnswers(answered, produced);
      boolean stuck = produced == MESSAGES || FrontRing.freeSlots(DEPTH, produced, answered) == 0;
      if (stuck
          && answered < MESSAGES
          && !FrontRing.finalCheckForResponses(page.memory, BASE, answered)) {
        toFront.await();
      }
    }
    assertThat(back.get()).isEqualTo(MESSAGES);
  }

  private int takeAnswers(int answered, int produced) {
    int count = FrontRing.unconsumedResponses(page.memory, BASE, answered, produced - answered);
    for (int i = answered; i < answered + count; i++) {
      if (BlkifRing.readResponse(page.memory, BASE, i).id() != ~(long) i) {
        throw new AssertionError("answer " + i + " was published before it was written");
      }
    }
    return count;
  }

  /** Answers every message with the complement of its id. */
  private int echo(Event toBack, Event toFront) {
    PageView view = page.view();
    int taken = 0;
    while (taken < MESSAGES) {
      int requests = BackRing.unconsumedRequests(view, 0, taken, DEPTH);
      for (int i = taken; i < taken + requests; i++) {
        long id = BlkifRing.readResponse(view, 0, i).id();
        BlkifRing.writeResponse(view, 0, i, new BlkifResponse(~id, 0, 0));
      }
      if (requests > 0 && BackRing.pushResponses(view, 0, taken, taken + requests)) {
        toFront.raise();
      }
      taken += requests;
      if (taken < MESSAGES && !BackRing.finalCheckForRequests(view, 0, taken)) {
        toBack.await();
      }
    }
    return taken;
  }

  /**
   * An event that merges; its sleeper spins, so that going to sleep takes no longer than a race.
   */
  private static final class Event implements EventSink {
    private final AtomicBoolean raised = new AtomicBoolean();

    @Override
    public void raise() {
      raised.set(true);
    }

    void await() {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      for (int spins = 0; !raised.compareAndSet(true, false); spins++) {
        if (spins % 1000 == 999) {
          Thread.yield();
          if (System.nanoTime() - deadline > 0) {
            throw new AssertionError("a wake-up was lost");
          }
        }
      }
    }
  }

  private static byte[] filled(byte value) {
    byte[] bytes = new byte[4096];
    Arrays.fill(bytes, value);
    return bytes;
  }
}
