package io.xengarden.storage.blkback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.xengarden.abi.BlkifRequest;
import io.xengarden.abi.BlkifRing;
import io.xengarden.abi.BlkifSegment;
import io.xengarden.abi.GrantEntry;
import io.xengarden.abi.GrantStatus;
import io.xengarden.abi.RingCorrupt;
import io.xengarden.abi.SharedRing;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.machine.Memory;
import io.xengarden.storage.BlockImage;
import io.xengarden.storage.BlockImages.Access;
import io.xengarden.storage.guest.Blkfront;
import io.xengarden.storage.sim.DiskFaults;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlkbackTest {
  private Rig rig;

  @BeforeEach
  void connect() {
    rig = new Rig();
  }

  @AfterEach
  void disconnect() {
    assertThat(rig.mappings()).as("grants mapped when nothing is under way").isZero();
    rig.close();
  }

  private static byte[] bytes(int sectors, int value) {
    byte[] bytes = new byte[sectors * 512];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  void aReadFillsTheGrantedPages() {
    byte[] pattern = new byte[88 * 512];
    for (int i = 0; i < pattern.length; i++) {
      pattern[i] = (byte) (i * 7 + i / 512);
    }
    rig.disk.put(3 * 512, pattern);
    rig.front.read(3, 88);
    Blkfront.Answer answer = rig.finishOne();
    assertThat(answer.isOkay()).isTrue();
    assertThat(answer.data()).isEqualTo(pattern);
  }

  @Test
  void aWriteReachesTheImage() {
    rig.front.write(10, bytes(11, 5));
    assertThat(rig.finishOne().isOkay()).isTrue();
    assertThat(rig.disk.read(9 * 512, 13 * 512))
        .as("those sectors and no other")
        .startsWith(bytes(1, 0))
        .endsWith(bytes(1, 0))
        .containsSequence(bytes(11, 5));
  }

  @Test
  void segmentsMayBePartsOfPagesInAnyOrder() {
    long page = rig.ram.takePage();
    for (int sector = 0; sector < 8; sector++) {
      rig.ram.memory().fill(page * 4096 + sector * 512, 512, (byte) (sector + 1));
    }
    int ref = rig.ram.grantToDom0(page, GrantEntry.READONLY);
    rig.front.put(
        BlkifRing.OP_WRITE, 20, List.of(new BlkifSegment(ref, 6, 7), new BlkifSegment(ref, 2, 2)));
    assertThat(rig.finishOne().isOkay()).isTrue();
    assertThat(rig.disk.read(20 * 512, 512)).isEqualTo(bytes(1, 7));
    assertThat(rig.disk.read(21 * 512, 512)).isEqualTo(bytes(1, 8));
    assertThat(rig.disk.read(22 * 512, 512)).isEqualTo(bytes(1, 3));
  }

  @Test
  void theLastSectorCanBeReadAndNothingBehindIt() {
    rig.front.read(Rig.SECTORS - 1, 1);
    rig.front.read(Rig.SECTORS - 1, 2);
    rig.front.read(Rig.SECTORS, 1);
    assertThat(rig.finish())
        .extracting(Blkfront.Answer::id, Blkfront.Answer::isOkay)
        .containsExactlyInAnyOrder(tuple(1L, true), tuple(2L, false), tuple(3L, false));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, -Rig.SECTORS, 1L << 55})
  void aSectorThatOverflowsIsRefused(long sector) {
    rig.front.read(sector, 8);
    assertThat(rig.finishOne().status()).isEqualTo(BlkifRing.STATUS_ERROR);
  }

  @ParameterizedTest
  @CsvSource({"3,2", "0,8", "8,8", "255,255", "0,255", "255,0"})
  void aSegmentThatIsEmptyOrLeavesItsPageIsRefused(int first, int last) {
    int ref = rig.ram.grantToDom0(rig.ram.takePage(), 0);
    rig.front.put(BlkifRing.OP_READ, 0, List.of(new BlkifSegment(ref, first, last)));
    assertThat(rig.finishOne().status()).isEqualTo(BlkifRing.STATUS_ERROR);
    assertThat(rig.ram.endAccess(ref)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 12, 255})
  void aReadHasOneToElevenSegments(int count) {
    int ref = rig.ram.grantToDom0(rig.ram.takePage(), 0);
    List<BlkifSegment> segments = new ArrayList<>();
    for (int i = 0; i < Math.min(count, 11); i++) {
      segments.add(new BlkifSegment(ref, 0, 7));
    }
    rig.front.putRaw(new BlkifRequest(BlkifRing.OP_READ, count, Rig.HANDLE, 77, 0, segments));
    rig.front.expect(77, BlkifRing.OP_READ);
    assertThat(rig.finishOne().status()).isEqualTo(BlkifRing.STATUS_ERROR);
  }

  @ParameterizedTest
  @ValueSource(ints = {BlkifRing.OP_DISCARD, BlkifRing.OP_INDIRECT, 4, 7, 255})
  void whatWasNotOfferedIsNotSupported(int op) {
    rig.front.put(op, 0, List.of());
    assertThat(rig.finishOne().status()).isEqualTo(BlkifRing.STATUS_EOPNOTSUPP);
  }

  @Test
  void anotherDevicesHandleIsRefused() {
    int ref = rig.ram.grantToDom0(rig.ram.takePage(), 0);
    rig.front.putRaw(
        new BlkifRequest(BlkifRing.OP_READ, 1, 9, 0, List.of(new BlkifSegment(ref, 0, 7))));
    rig.front.expect(9, BlkifRing.OP_READ);
    assertThat(rig.finishOne().status()).isEqualTo(BlkifRing.STATUS_ERROR);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 10})
  void aGrantThatIsNoneFailsItsRequestAndLeavesNothingMapped(int bad) {
    List<BlkifSegment> segments = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      int ref = i == bad ? 500 : rig.ram.grantToDom0(rig.ram.takePage(), 0);
      segments.add(new BlkifSegment(ref, 0, 7));
    }
    rig.front.put(BlkifRing.OP_READ, 0, segments);
    assertThat(rig.finishOne().status()).isEqualTo(BlkifRing.STATUS_ERROR);
    assertThat(rig.mappings()).isZero();
  }

  @Test
  void aReadOnlyGrantCannotBeReadInto() {
    long page = rig.ram.takePage();
    int ref = rig.ram.grantToDom0(page, GrantEntry.READONLY);
    rig.disk.put(0, bytes(8, 9));
    rig.front.put(BlkifRing.OP_READ, 0, List.of(new BlkifSegment(ref, 0, 7)));
    assertThat(rig.finishOne().status()).isEqualTo(BlkifRing.STATUS_ERROR);
    assertThat(rig.ram.memory().read(page * 4096, 4096)).isEqualTo(bytes(8, 0));
  }

  @Test
  void aReadOnlyDiskIsReadAndFlushedButNotWritten() {
    rig.close();
    rig = new Rig(Access.READ_ONLY, 1);
    long read = rig.front.read(0, 8);
    long flush = rig.front.flush();
    long write = rig.front.write(0, bytes(8, 1));
    long barrier = rig.front.barrier(0, bytes(8, 1));
    List<Blkfront.Answer> answers = rig.finish();
    assertThat(answers)
        .filteredOn(Blkfront.Answer::isOkay)
        .extracting(Blkfront.Answer::id)
        .containsExactlyInAnyOrder(read, flush);
    assertThat(answers)
        .filteredOn(answer -> answer.status() == BlkifRing.STATUS_ERROR)
        .extracting(Blkfront.Answer::id)
        .containsExactlyInAnyOrder(write, barrier);
    assertThat(rig.disk.read(0, 4096)).isEqualTo(bytes(8, 0));
  }

  @Test
  void anIoErrorIsTheRequestsError() {
    rig.disk.setFaults(DiskFaults.none().withErrorsPerMillion(DiskFaults.MILLION));
    rig.front.read(0, 88);
    rig.front.write(0, bytes(8, 1));
    rig.front.flush();
    assertThat(rig.finish())
        .hasSize(3)
        .allMatch(answer -> answer.status() == BlkifRing.STATUS_ERROR);
  }

  @Test
  void aFlushMakesAnsweredWritesDurable() {
    rig.front.write(0, bytes(8, 1));
    rig.finish();
    assertThat(rig.disk.readDurable(0, 4096)).as("not flushed").isEqualTo(bytes(8, 0));
    rig.front.flush();
    assertThat(rig.finishOne().isOkay()).isTrue();
    assertThat(rig.disk.readDurable(0, 4096)).isEqualTo(bytes(8, 1));
  }

  @Test
  void aFlushIsAnsweredOnlyWhenTheImageHasFlushed() {
    rig.disk.hold();
    rig.front.flush();
    assertThat(rig.finish()).isEmpty();
    rig.disk.release();
    assertThat(rig.finishOne().isOkay()).isTrue();
  }

  @Test
  void aFlushWithDataMakesThemDurableToo() {
    rig.front.write(0, bytes(8, 1));
    rig.finish();
    rig.front.put(BlkifRing.OP_FLUSH_DISKCACHE, 8, bytes(8, 2));
    assertThat(rig.finishOne().isOkay()).isTrue();
    assertThat(rig.disk.readDurable(0, 4096)).isEqualTo(bytes(8, 1));
    assertThat(rig.disk.readDurable(4096, 4096)).isEqualTo(bytes(8, 2));
  }

  @Test
  void nothingOvertakesABarrier() {
    for (int seed = 1; seed <= 50; seed++) {
      try (Rig seeded = new Rig(Access.READ_WRITE, seed)) {
        Duration most = Duration.ofSeconds(1);
        seeded.disk.setFaults(DiskFaults.none().withDelays(Duration.ZERO, most));
        for (int i = 0; i < 10; i++) {
          seeded.front.write(i, bytes(1, 1));
        }
        long barrier = seeded.front.barrier(0, bytes(5, 2));
        for (int i = 0; i < 10; i++) {
          seeded.front.write(i, bytes(1, 3));
        }
        List<Long> order = seeded.finish().stream().map(Blkfront.Answer::id).toList();
        assertThat(order).as("seed %s", seed).hasSize(21);
        assertThat(order.indexOf(barrier)).as("seed %s", seed).isEqualTo(10);
        assertThat(order.subList(0, 10)).as("seed %s", seed).allMatch(id -> id < barrier);
        assertThat(seeded.disk.readDurable(0, 5 * 512)).isEqualTo(bytes(5, 2));
        assertThat(seeded.disk.readDurable(5 * 512, 5 * 512)).isEqualTo(bytes(5, 1));
        assertThat(seeded.disk.read(0, 10 * 512)).isEqualTo(bytes(10, 3));
      }
    }
  }

  @Test
  void aBarrierWithoutDataIsAFlush() {
    rig.front.write(0, bytes(8, 1));
    rig.front.put(BlkifRing.OP_WRITE_BARRIER, 0, new byte[0]);
    assertThat(rig.finish()).hasSize(2).allMatch(Blkfront.Answer::isOkay);
    assertThat(rig.disk.readDurable(0, 4096)).isEqualTo(bytes(8, 1));
  }

  @Test
  void aBarrierThatFailsLetsTheOthersPass() {
    rig.front.put(
        BlkifRing.OP_WRITE_BARRIER, 0, List.of(new BlkifSegment(500, 0, 7))); // no such grant
    rig.front.write(0, bytes(8, 1));
    assertThat(rig.finish()).extracting(Blkfront.Answer::isOkay).containsExactly(false, true);
  }

  @Test
  void grantsAreMappedOnlyWhileTheImageUsesThem() {
    rig.disk.hold();
    rig.front.read(0, 88);
    rig.finish();
    assertThat(rig.mappings()).isEqualTo(11);
    rig.disk.release();
    rig.later.runAll(); // completed, but nobody takes a turn
    assertThat(rig.mappings()).isZero();
    assertThat(rig.finish()).hasSize(1);
  }

  @Test
  void aRequestIsReadOnce() {
    // An image that lets the guest rewrite its slot as soon as the request is under way.
    BlockImage image =
        new BlockImage() {
          @Override
          public long sizeBytes() {
            return 4096;
          }

          @Override
          public void read(long offset, ByteBuffer target, IoDone done) {
            rig.ram.memory().fill(rig.front.ringAddress() + SharedRing.ENTRIES, 112, (byte) -1);
            done.done(null);
          }

          @Override
          public void write(long offset, ByteBuffer source, IoDone done) {
            throw new AssertionError("nothing is written");
          }

          @Override
          public void flush(IoDone done) {
            throw new AssertionError("nothing is flushed");
          }

          @Override
          public void close() {}
        };
    Blkback back = rig.back(image, Access.READ_WRITE);
    long id = rig.front.read(0, 8);
    rig.front.push();
    back.turn();
    back.turn();
    assertThat(rig.front.poll())
        .extracting(Blkfront.Answer::id, Blkfront.Answer::isOkay)
        .containsExactly(tuple(id, true));
    rig.close();
    rig = new Rig();
  }

  @Test
  void theFrontendIsToldOnlyWhenItAskedTo() {
    rig.front.read(0, 1);
    rig.finish();
    assertThat(rig.events).isEqualTo(1);
    rig.ram.memory().putIntRelease(rig.front.ringAddress() + SharedRing.RSP_EVENT, 5);
    for (int i = 0; i < 3; i++) {
      rig.front.read(0, 1);
    }
    rig.front.push();
    while (rig.back.turn() | rig.later.runNext()) {
      // until nothing is under way
    }
    assertThat(rig.events).as("rsp_event is not reached").isEqualTo(1);
    rig.front.read(0, 1);
    rig.finish();
    assertThat(rig.events).isEqualTo(2);
  }

  @Test
  void theBackendAsksToBeToldOfTheNextRequest() {
    rig.front.read(0, 1);
    assertThat(rig.front.push()).as("the first request rings").isTrue();
    rig.finish();
    rig.front.read(0, 1);
    assertThat(rig.front.push()).isTrue();
    rig.finish();
  }

  @Test
  void manyCompletionsWakeOnce() {
    for (int i = 0; i < 32; i++) {
      rig.front.read(i, 1);
    }
    rig.front.push();
    rig.back.turn();
    rig.later.runAll();
    assertThat(rig.wakes).isEqualTo(1);
    rig.back.turn();
    assertThat(rig.front.poll()).hasSize(32);
    assertThat(rig.events).isEqualTo(1);
  }

  @Test
  void aProducerThatIsTooFarAheadSpoilsTheRing() {
    long read = rig.front.read(0, 1);
    rig.front.push();
    rig.back.turn();
    rig.later.runAll();
    int ahead = rig.front.reqProd() + BlkifRing.SLOTS + 1;
    rig.ram.memory().putIntRelease(rig.front.ringAddress(), ahead);
    assertThatThrownBy(rig.back::turn).isInstanceOf(RingCorrupt.class);
    assertThat(rig.front.poll())
        .as("what was completed before is answered")
        .extracting(Blkfront.Answer::id)
        .containsExactly(read);
    assertThat(rig.back.inFlight()).isZero();
  }

  @Test
  void requestsInFlightAreNoMoreThanTheRingHasSlots() {
    rig.disk.hold();
    for (int i = 0; i < 32; i++) {
      rig.front.read(i, 1);
    }
    rig.finish();
    assertThat(rig.back.inFlight()).isEqualTo(Blkback.MAX_IN_FLIGHT);
    rig.ram.memory().putIntRelease(rig.front.ringAddress(), rig.front.reqProd() + 1);
    assertThatThrownBy(rig.back::turn).isInstanceOf(RingCorrupt.class);
    rig.disk.release();
    rig.later.runAll();
    rig.back.answer();
    assertThat(rig.front.poll()).hasSize(32);
  }

  @Test
  void aGuestThatPutsRequestsForEverIsServedInTurns() {
    // Each refused grant puts another request: there is always one more.
    int[] refused = {0};
    GrantAccess endless =
        new GrantAccess() {
          @Override
          public GrantMapping map(int gref, GrantAccess.Access access) throws GrantRefused {
            refused[0]++;
            rig.front.put(BlkifRing.OP_READ, 0, List.of(new BlkifSegment(500, 0, 0)));
            rig.front.push();
            throw new GrantRefused(GrantStatus.BAD_GNTREF);
          }

          @Override
          public void copyFrom(int gref, int offset, Memory target, long at, int length) {
            throw new AssertionError("nothing is copied");
          }

          @Override
          public void copyTo(int gref, int offset, Memory source, long at, int length) {
            throw new AssertionError("nothing is copied");
          }
        };
    Memory ring = rig.mapRing().page();
    BlockImage empty = new EmptyImage();
    Blkback back =
        new Blkback(
            new Blkback.Link(ring, endless, () -> {}),
            new Blkback.Disk(empty, Access.READ_WRITE, Rig.HANDLE),
            () -> {});
    rig.front.put(BlkifRing.OP_READ, 0, List.of(new BlkifSegment(500, 0, 0)));
    rig.front.push();
    assertThat(back.turn()).as("more is left").isTrue();
    assertThat(refused[0]).isEqualTo(Blkback.REQUESTS_PER_TURN);
    rig.close();
    rig = new Rig();
  }

  /** Eight sectors that nobody gets to. */
  private static final class EmptyImage implements BlockImage {
    @Override
    public long sizeBytes() {
      return 4096;
    }

    @Override
    public void read(long offset, ByteBuffer target, IoDone done) {
      throw new AssertionError();
    }

    @Override
    public void write(long offset, ByteBuffer source, IoDone done) {
      throw new AssertionError();
    }

    @Override
    public void flush(IoDone done) {
      throw new AssertionError();
    }

    @Override
    public void close() {}
  }
}
