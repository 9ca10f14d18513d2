package io.xengarden.storage.blkback;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.BlkifRing;
import io.xengarden.storage.BlockImage;
import io.xengarden.storage.BlockImages.Access;
import io.xengarden.storage.BlockImages.OpenDone;
import io.xengarden.storage.adapter.FileBlockImages;
import io.xengarden.storage.guest.Blkfront;
import io.xengarden.storage.guest.GuestRam;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Guest, backend and image on threads of their own: nothing is lost, torn or left mapped. */
class BlkbackStressTest {
  private static final int REQUESTS = 60_000;
  private static final int PAGES = 64;

  /** An event channel between two threads. */
  private static final class Event {
    private final Semaphore pending = new Semaphore(0);

    void raise() {
      pending.release();
    }

    /** A lost event would be waited for until this ends the test. */
    void await() throws InterruptedException {
      assertThat(pending.tryAcquire(30, TimeUnit.SECONDS)).as("an event comes").isTrue();
      pending.drainPermits();
    }
  }

  @TempDir Path folder;
  private final Event toBackend = new Event();
  private final Event toGuest = new Event();
  private volatile boolean over;

  @Test
  @Timeout(120)
  void everyRequestIsAnsweredWithItsData() throws Exception {
    Path file = Files.write(folder.resolve("disk"), new byte[PAGES * 4096]);
    try (GuestRam ram = GuestRam.alone()) {
      Blkfront front = new Blkfront(ram, Rig.HANDLE);
      Blkback back = backend(ram, front, open(file));
      CompletableFuture<Void> ended = new CompletableFuture<>();
      Thread.ofPlatform()
          .start(
              () -> {
                try {
                  serve(back);
                  ended.complete(null);
                } catch (Throwable failure) {
                  ended.completeExceptionally(failure);
                }
              });
      workAsGuest(front);
      over = true;
      toBackend.raise();
      ended.get(30, TimeUnit.SECONDS);
      assertThat(back.inFlight()).isZero();
      assertThat(ram.mappings()).as("the ring").isEqualTo(1);
    }
  }

  private Blkback backend(GuestRam ram, Blkfront front, BlockImage image) throws Exception {
    var ring =
        ram.grantsToDom0()
            .map(front.ringRef(), io.xengarden.hypervisor.gnttab.GrantAccess.Access.READ_WRITE);
    return new Blkback(
        new Blkback.Link(ring.page(), ram.grantsToDom0(), toGuest::raise),
        new Blkback.Disk(image, Access.READ_WRITE, Rig.HANDLE),
        toBackend::raise);
  }

  private static BlockImage open(Path file) throws Exception {
    CompletableFuture<BlockImage> opened = new CompletableFuture<>();
    new FileBlockImages()
        .open(
            file.toString(),
            Access.READ_WRITE,
            new OpenDone() {
              @Override
              public void opened(BlockImage image) {
                opened.complete(image);
              }

              @Override
              public void failed(IOException failure) {
                opened.completeExceptionally(failure);
              }
            });
    return opened.get(30, TimeUnit.SECONDS);
  }

  private void serve(Blkback back) throws InterruptedException {
    while (!over) {
      toBackend.await();
      while (back.turn()) {
        // more
      }
    }
  }

  /** Each page is written with a new number, then read back, over and over; many at once. */
  private void workAsGuest(Blkfront front) throws InterruptedException {
    SplittableRandom random = new SplittableRandom(1);
    int[] expected = new int[PAGES];
    boolean[] busy = new boolean[PAGES];
    Map<Long, Integer> pageOf = new HashMap<>();
    int put = 0;
    int answered = 0;
    while (answered < REQUESTS) {
      int depth = 1 + random.nextInt(BlkifRing.SLOTS);
      while (put < REQUESTS && front.inFlight() < depth) {
        int page = random.nextInt(PAGES);
        if (busy[page]) {
          break;
        }
        put++;
        busy[page] = true;
        long id;
        if (random.nextBoolean()) {
          expected[page] = put;
          id = front.write(page * 8L, number(put));
        } else {
          id = front.read(page * 8L, 8);
        }
        pageOf.put(id, page);
      }
      if (front.push()) {
        toBackend.raise();
      }
      List<Blkfront.Answer> answers = front.poll();
      if (answers.isEmpty()) {
        toGuest.await();
      }
      for (Blkfront.Answer answer : answers) {
        int page = pageOf.remove(answer.id());
        assertThat(answer.isOkay()).isTrue();
        if (answer.op() == BlkifRing.OP_READ) {
          assertThat(answer.data()).isEqualTo(number(expected[page]));
        }
        busy[page] = false;
        answered++;
      }
    }
  }

  private static byte[] number(int value) {
    ByteBuffer bytes = ByteBuffer.allocate(4096);
    while (bytes.hasRemaining()) {
      bytes.putInt(value);
    }
    return bytes.array();
  }
}
