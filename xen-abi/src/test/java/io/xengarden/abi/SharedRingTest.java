package io.xengarden.abi;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.machine.PageView;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SharedRingTest {
  private static final long BASE = GuestPage.BASE;
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
   * for ever. The events are permits, which a sleeper drains, as an event merges.
   */
  @Test
  @Timeout(60)
  void noWakeUpIsLost() throws Exception {
    int messages = 200_000;
    SharedRing.init(page.memory, BASE);
    Semaphore toBack = new Semaphore(0);
    Semaphore toFront = new Semaphore(0);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread back =
        Thread.ofPlatform()
            .uncaughtExceptionHandler((thread, thrown) -> failure.set(thrown))
            .start(() -> echo(messages, toBack, toFront));
    int produced = 0;
    int answered = 0;
    while (answered < messages) {
      int room = Math.min(FrontRing.freeSlots(32, produced, answered), messages - produced);
      int batch = Math.min(room, 1 + produced % 5);
      for (int i = 0; i < batch; i++) {
        int index = produced + i;
        BlkifRing.writeResponse(
            page.memory, BASE, index, new BlkifResponse(index, BlkifRing.OP_WRITE, 0));
      }
      if (batch > 0 && FrontRing.pushRequests(page.memory, BASE, produced, produced + batch)) {
        toBack.release();
      }
      produced += batch;
      int responses =
          FrontRing.unconsumedResponses(page.memory, BASE, answered, produced - answered);
      for (int i = 0; i < responses; i++) {
        assertThat(BlkifRing.readResponse(page.memory, BASE, answered + i).id())
            .as("written before it was published")
            .isEqualTo(-1L - (answered + i));
      }
      answered += responses;
      boolean full = FrontRing.freeSlots(32, produced, answered) == 0 || produced == messages;
      if (full
          && answered < messages
          && !FrontRing.finalCheckForResponses(page.memory, BASE, answered)) {
        sleep(toFront);
      }
    }
    back.join();
    assertThat(failure.get()).isNull();
  }

  /** Answers every message with the complement of its id. */
  private void echo(int messages, Semaphore toBack, Semaphore toFront) {
    PageView view = page.view();
    int taken = 0;
    while (taken < messages) {
      int requests = BackRing.unconsumedRequests(view, 0, taken, 32);
      for (int i = 0; i < requests; i++) {
        long id = BlkifRing.readResponse(view, 0, taken + i).id();
        BlkifRing.writeResponse(view, 0, taken + i, new BlkifResponse(~id, 0, 0));
      }
      if (requests > 0 && BackRing.pushResponses(view, 0, taken, taken + requests)) {
        toFront.release();
      }
      taken += requests;
      if (taken < messages && !BackRing.finalCheckForRequests(view, 0, taken)) {
        sleep(toBack);
      }
    }
  }

  private static void sleep(Semaphore events) {
    try {
      assertThat(events.tryAcquire(30, TimeUnit.SECONDS)).as("woken in time").isTrue();
      events.drainPermits();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] filled(byte value) {
    byte[] bytes = new byte[4096];
    Arrays.fill(bytes, value);
    return bytes;
  }
}
