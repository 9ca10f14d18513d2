package io.xengarden.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What a disk may hold after what it has answered. Each write puts a number of its own all over its
 * sectors, so each sector says which write it is from; writes to one sector come one after another.
 */
final class DiskModel {
  private static final class Sector {
    /** Writes that may be the durable one; the first is durable for certain, if it was answered. */
    final List<Integer> sinceDurable = new ArrayList<>(List.of(0));

    /** The last answered write, and those after it that failed or are under way. */
    final List<Integer> visible = new ArrayList<>(List.of(0));
  }

  /** The answered writes at one moment. */
  record Answered(TreeMap<Long, Integer> bySector) {}

  private final TreeMap<Long, Sector> sectors = new TreeMap<>();
  private final TreeMap<Long, Integer> answered = new TreeMap<>();

  static byte[] bytes(int sectors, int number) {
    ByteBuffer bytes = ByteBuffer.allocate(sectors * 512);
    while (bytes.hasRemaining()) {
      bytes.putInt(number);
    }
    return bytes.array();
  }

  private Sector at(long sector) {
    return sectors.computeIfAbsent(sector, _ -> new Sector());
  }

  void writing(long first, int count, int number) {
    for (long sector = first; sector < first + count; sector++) {
      at(sector).sinceDurable.add(number);
      at(sector).visible.add(number);
    }
  }

  void written(long first, int count, int number) {
    for (long sector = first; sector < first + count; sector++) {
      Sector state = at(sector);
      state.visible.clear();
      state.visible.add(number);
      answered.put(sector, number);
    }
  }

  /** Before a flush is put: what it will make durable. */
  Answered answered() {
    return new Answered(new TreeMap<>(answered));
  }

  void flushed(Answered covered) {
    covered
        .bySector()
        .forEach(
            (sector, number) -> {
              List<Integer> history = at(sector).sinceDurable;
              int durable = history.indexOf(number);
              if (durable > 0) {
                history.subList(0, durable).clear();
              }
            });
  }

  /** A barrier's data are durable with its answer. */
  void durable(long first, int count, int number) {
    for (long sector = first; sector < first + count; sector++) {
      List<Integer> history = at(sector).sinceDurable;
      history.subList(0, history.indexOf(number)).clear();
    }
  }

  void assertRead(long first, byte[] bytes) {
    for (int i = 0; i < bytes.length / 512; i++) {
      assertThat(number(bytes, i))
          .as("write seen in sector %s", first + i)
          .isIn(at(first + i).visible);
    }
  }

  /** What is on the disk after a crash. */
  void assertSurvived(byte[] disk) {
    for (int i = 0; i < disk.length / 512; i++) {
      assertThat(number(disk, i))
          .as("write that survived in sector %s", i)
          .isIn(at(i).sinceDurable);
    }
  }

  private static int number(byte[] bytes, int sector) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes, sector * 512, 512);
    int number = buffer.getInt();
    while (buffer.hasRemaining()) {
      assertThat(buffer.getInt()).as("sector %s is of one write", sector).isEqualTo(number);
    }
    return number;
  }
}
