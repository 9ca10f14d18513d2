package io.xengarden.storage;

import io.xengarden.abi.BlkifRing;
import io.xengarden.storage.guest.Blkfront;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** A guest that reads, writes, flushes and puts barriers at random, and checks every answer. */
final class Workload {
  private static final int SECTORS = (int) (SimHost.DISK_BYTES / 512);
  private static final int MOST_SECTORS = 40;

  final DiskModel model = new DiskModel();
  int answered;
  int failed;
  private final SimVbd vbd;
  private final RandomGenerator random;
  private final Map<Long, Consumer<Blkfront.Answer>> underWay = new LinkedHashMap<>();
  private final BitSet busy = new BitSet(SECTORS);
  private int left;
  private int writes;

  Workload(SimVbd vbd, RandomGenerator random, int requests) {
    this.vbd = vbd;
    this.random = random;
    this.left = requests;
  }

  boolean isDone() {
    return left == 0 && underWay.isEmpty();
  }

  void start() {
    vbd.onEvent = this::onAnswers;
    putSome();
  }

  /** The ring is gone, with all that was not answered. */
  void takeLast() {
    takeAnswers();
    underWay.clear();
    busy.clear();
  }

  private void onAnswers() {
    takeAnswers();
    putSome();
  }

  private void takeAnswers() {
    for (Blkfront.Answer answer : vbd.answers) {
      answered++;
      failed += answer.isOkay() ? 0 : 1;
      underWay.remove(answer.id()).accept(answer);
    }
    vbd.answers.clear();
  }

  private void putSome() {
    int depth = 1 + random.nextInt(BlkifRing.SLOTS);
    while (left > 0 && underWay.size() < depth && !vbd.front.isFull()) {
      left--;
      put();
    }
    vbd.push();
  }

  private void put() {
    int count = 1 + random.nextInt(MOST_SECTORS);
    int first = random.nextInt(SECTORS - count);
    int kind = random.nextInt(10);
    int taken = busy.nextSetBit(first);
    if (kind == 0 || (taken >= 0 && taken < first + count)) {
      flush();
      return;
    }
    busy.set(first, first + count);
    if (kind < 5) {
      underWay.put(vbd.front.read(first, count), answer -> onRead(first, count, answer));
    } else {
      write(first, count, kind == 5);
    }
  }

  private void flush() {
    DiskModel.Answered covered = model.answered();
    underWay.put(
        vbd.front.flush(),
        answer -> {
          if (answer.isOkay()) {
            model.flushed(covered);
          }
        });
  }

  private void onRead(int first, int count, Blkfront.Answer answer) {
    busy.clear(first, first + count);
    if (answer.isOkay()) {
      model.assertRead(first, answer.data());
    }
  }

  private void write(int first, int count, boolean barrier) {
    int number = ++writes;
    DiskModel.Answered covered = model.answered();
    model.writing(first, count, number);
    byte[] bytes = DiskModel.bytes(count, number);
    long id = barrier ? vbd.front.barrier(first, bytes) : vbd.front.write(first, bytes);
    underWay.put(
        id,
        answer -> {
          busy.clear(first, first + count);
          if (answer.isOkay()) {
            model.written(first, count, number);
          }
          if (answer.isOkay() && barrier) {
            model.flushed(covered);
            model.durable(first, count, number);
          }
        });
  }
}
