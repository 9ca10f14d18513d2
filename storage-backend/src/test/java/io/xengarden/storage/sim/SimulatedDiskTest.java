package io.xengarden.storage.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.storage.BlockImage;
import io.xengarden.storage.BlockImages.Access;
import io.xengarden.storage.BlockImages.OpenDone;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SimulatedDiskTest {
  private static final int SIZE = 64 * 1024;

  /** What is due, in the order in which it was asked for. */
  private final Queue<Runnable> due = new ArrayDeque<>();

  private final SimulatedImages images = new SimulatedImages((_, task) -> due.add(task));
  private final List<String> ended = new ArrayList<>();

  private SimulatedDisk disk(long seed) {
    return images.create("/disk" + seed, SIZE, new SplittableRandom(seed));
  }

  private BlockImage open(SimulatedDisk disk, Access access) {
    List<BlockImage> opened = new ArrayList<>();
    disk.open(
        access,
        new OpenDone() {
          @Override
          public void opened(BlockImage image) {
            opened.add(image);
          }

          @Override
          public void failed(IOException failure) {
            ended.add(failure.getMessage());
          }
        });
    runAll();
    return opened.isEmpty() ? null : opened.getFirst();
  }

  private void runAll() {
    while (!due.isEmpty()) {
      due.remove().run();
    }
  }

  private void write(BlockImage image, int offset, int value) {
    byte[] bytes = new byte[4096];
    Arrays.fill(bytes, (byte) value);
    image.write(offset, ByteBuffer.wrap(bytes), note("write " + value));
  }

  private BlockImage.IoDone note(String what) {
    return failure -> ended.add(failure == null ? what : failure.getMessage());
  }

  @Test
  void aWriteIsSeenWhenItIsDoneAndDurableWhenItIsFlushed() {
    SimulatedDisk disk = disk(1);
    BlockImage image = open(disk, Access.READ_WRITE);
    write(image, 0, 1);
    assertThat(disk.read(0, 1)).containsExactly(0);
    runAll();
    assertThat(disk.read(0, 1)).containsExactly(1);
    assertThat(disk.readDurable(0, 1)).containsExactly(0);
    image.flush(note("flush"));
    write(image, 4096, 2); // under way when the flush began
    runAll();
    assertThat(disk.readDurable(0, 1)).containsExactly(1);
    assertThat(disk.readDurable(4096, 1)).containsExactly(0);
    assertThat(ended).containsExactly("write 1", "flush", "write 2");
  }

  @Test
  void aCrashKeepsWhatWasFlushedAndTearsTheRestAtSectors() {
    int lost = 0;
    int kept = 0;
    int torn = 0;
    for (int seed = 0; seed < 200; seed++) {
      SimulatedDisk disk = disk(seed);
      BlockImage image = open(disk, Access.READ_WRITE);
      write(image, 0, 1);
      runAll();
      image.flush(note("flush"));
      runAll();
      write(image, 4096, 2);
      runAll();
      disk.crash();
      byte[] after = disk.read(0, 8192);
      assertThat(after).startsWith(new byte[] {1, 1, 1});
      int sectors = 0;
      for (int sector = 8; sector < 16; sector++) {
        byte[] bytes = Arrays.copyOfRange(after, sector * 512, (sector + 1) * 512);
        byte[] whole = new byte[512];
        Arrays.fill(whole, bytes[0]);
        assertThat(bytes).as("a sector is old or new").isEqualTo(whole);
        sectors += bytes[0] == 2 ? 1 : 0;
      }
      lost += sectors == 0 ? 1 : 0;
      kept += sectors == 8 ? 1 : 0;
      torn += sectors > 0 && sectors < 8 ? 1 : 0;
    }
    assertThat(List.of(lost, kept, torn)).as("lost, kept, torn").allMatch(count -> count > 20);
  }

  @Test
  void aCrashedDiskAnswersNothingOfBeforeAndCanBeOpenedAgain() {
    SimulatedDisk disk = disk(1);
    BlockImage before = open(disk, Access.READ_WRITE);
    write(before, 0, 1);
    disk.crash();
    runAll();
    assertThat(ended).isEmpty();
    assertThat(disk.openImages()).isZero();
    before.flush(note("flush"));
    runAll();
    assertThat(ended).containsExactly("/disk1: closed");
    write(open(disk, Access.READ_WRITE), 0, 3);
    runAll();
    assertThat(disk.read(0, 1)).containsExactly(3);
  }

  @Test
  void heldOperationsEndWhenReleased() {
    SimulatedDisk disk = disk(1);
    BlockImage image = open(disk, Access.READ_WRITE);
    disk.hold();
    write(image, 0, 1);
    runAll();
    image.close();
    assertThat(ended).isEmpty();
    assertThat(disk.openImages()).as("open while something is under way").isEqualTo(1);
    disk.release();
    runAll();
    assertThat(ended).containsExactly("write 1");
    assertThat(disk.openImages()).isZero();
  }

  @Test
  void faultsComeAsOftenAsAsked() {
    SimulatedDisk disk = disk(1);
    BlockImage image = open(disk, Access.READ_WRITE);
    disk.setFaults(
        DiskFaults.none()
            .withDelays(Duration.ZERO, Duration.ofSeconds(1))
            .withErrorsPerMillion(300_000));
    for (int i = 0; i < 1_000; i++) {
      image.flush(note("flush"));
    }
    runAll();
    assertThat(ended.stream().filter("/disk1: I/O error"::equals).count()).isBetween(200L, 400L);
  }

  @Test
  void aProtectedDiskIsOnlyRead() {
    SimulatedDisk disk = disk(1);
    disk.writeProtect();
    assertThat(open(disk, Access.READ_WRITE)).isNull();
    assertThat(ended).containsExactly("/disk1: no permission to write it");
    assertThat(open(disk, Access.READ_ONLY)).isNotNull();
  }
}
