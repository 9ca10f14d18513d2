package io.xengarden.domain.pebble.programs.disk;

import io.xengarden.abi.Errno;
import io.xengarden.domain.pebble.blkfront.Block;
import io.xengarden.domain.pebble.blkfront.BlockRequest;
import io.xengarden.domain.pebble.blkfront.Vbd;
import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Cost;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.domain.pebble.programs.operand.Errors;
import io.xengarden.domain.pebble.programs.operand.Sizes;

/**
 * diskcheck DEV [--records N] [--forever]: writes numbered, checksummed records in batches, each
 * flushed before it counts as acknowledged; then reads them back. A batch lies in consecutive
 * slots. Without end it only writes, round and round.
 */
public final class Diskcheck extends Routine<Diskcheck.At> {
  private static final int DISK = 0;
  private static final int SLOTS = 1;

  /** Records to write, Long.MAX_VALUE for ever. */
  private static final int TOTAL = 2;

  /** First record of the pass, which is once around the disk at most. */
  private static final int PASS = 3;

  /** First record of the present batch, and how many it has. */
  private static final int FIRST = 4;

  private static final int COUNT = 5;

  /** Records of the batch made, submitted or checked so far. */
  private static final int AT = 6;

  private static final int ERROR = 7;
  private static final int LOST = 8;
  private static final int NEXT_REPORT = 9;
  private static final int RUN = 10;

  private static final int BATCH = 32;
  private static final long DEFAULT_RECORDS = 1000;
  private static final int NAMED_LOSSES = 10;
  private static final long SECOND_NS = 1_000_000_000;

  /** An endless run writes a batch in this time at most: it is to go on, not to be fast. */
  private static final long PACE_NS = 10_000_000;

  private static final long RETRY_NS = 100_000_000;
  private static final int SECTORS = DiskcheckRecord.SIZE / 512;

  /** Its steps. */
  public enum At {
    START,
    OPENED,
    NEXT_WRITE,
    MAKE,
    WRITE,
    WRITTEN,
    FLUSHED,
    WRITE_FAILED,
    NEXT_READ,
    READ,
    READ_BACK,
    CHECK,
    READ_FAILED,
    REPORT
  }

  public Diskcheck() {
    super(Entry.DISKCHECK, At.class);
  }

  @Override
  public int locals() {
    return 12;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    switch (at) {
      case START -> start(v, Arguments.of(v));
      case OPENED -> opened(v, task);
      case NEXT_WRITE -> nextWrite(v, task);
      case MAKE -> make(v, task);
      case WRITE -> transfer(v, task, At.WRITTEN);
      case WRITTEN -> {
        if (awaitAll(v, task, At.WRITTEN, At.WRITE_FAILED)) {
          flush(v, task);
        }
      }
      case FLUSHED -> {
        if (awaitAll(v, task, At.FLUSHED, At.WRITE_FAILED)) {
          acknowledge(v, task);
        }
      }
      case WRITE_FAILED -> writeFailed(v, task);
      case NEXT_READ -> nextRead(v, task);
      case READ -> transfer(v, task, At.READ_BACK);
      case READ_BACK -> {
        if (awaitAll(v, task, At.READ_BACK, At.READ_FAILED)) {
          task.local(AT, 0);
          v.goTo(at(At.CHECK));
        }
      }
      case CHECK -> check(v, task);
      case READ_FAILED -> readFailed(v, task);
      case REPORT -> report(v, task);
    }
  }

  private static boolean isForever(Task task) {
    return task.local(TOTAL) == Long.MAX_VALUE;
  }

  private void start(Vcpu v, Arguments arguments) {
    String wanted = arguments.after("--records").orElse("" + DEFAULT_RECORDS);
    long records = Sizes.parse(wanted);
    String unknown = arguments.unknownOption("--records", "--forever");
    if (!unknown.isEmpty()) {
      Terminal.fail(v, "diskcheck: unrecognized option '" + unknown + "'", 1);
    } else if (arguments.count() == 0 || arguments.get(1).startsWith("-")) {
      Terminal.fail(v, "diskcheck: missing device", 1);
    } else if (records <= 0) {
      Terminal.fail(v, "diskcheck: invalid number of records '" + wanted + "'", 1);
    } else {
      v.task().local(TOTAL, arguments.has("--forever") ? Long.MAX_VALUE : records);
      v.call(Entry.OPEN_DISK, at(At.OPENED), 1, 0);
    }
  }

  private void opened(Vcpu v, Task task) {
    long disk = task.result();
    Vbd vbd = disk < 0 ? null : Block.vbd(v, disk);
    long slots = vbd == null ? 0 : vbd.sectors() / SECTORS;
    long error =
        vbd == null
            ? disk
            : vbd.is(Vbd.READ_ONLY) ? Errno.EROFS.result() : slots == 0 ? Errno.ENOSPC.result() : 0;
    if (error == 0 && !Transfers.allocate(v, BATCH)) {
      error = Errno.ENOMEM.result();
    }
    if (error != 0) {
      Terminal.fail(v, name(v) + Errors.text(error), 1);
      return;
    }
    task.local(DISK, disk);
    task.local(SLOTS, slots);
    task.local(RUN, v.state().nextRandom());
    task.local(RUN + 1, v.state().nextRandom());
    task.local(NEXT_REPORT, v.now() + SECOND_NS);
    v.goTo(at(At.NEXT_WRITE));
  }

  private static String name(Vcpu v) {
    return "diskcheck: " + Arguments.of(v).get(1) + ": ";
  }

  /** The next batch of the pass, if there is one. */
  private static boolean beginBatch(Task task) {
    long slots = task.local(SLOTS);
    long passEnd = Math.min(task.local(TOTAL), task.local(PASS) + slots);
    long left = passEnd - task.local(FIRST);
    task.local(COUNT, Math.min(BATCH, left));
    task.local(AT, 0);
    return left > 0;
  }

  private void nextWrite(Vcpu v, Task task) {
    if (beginBatch(task)) {
      v.goTo(at(At.MAKE));
    } else if (isForever(task)) {
      task.local(PASS, task.local(FIRST));
    } else {
      task.local(FIRST, task.local(PASS));
      v.goTo(at(At.NEXT_READ));
    }
  }

  private void make(Vcpu v, Task task) {
    long index = task.local(AT);
    if (index == task.local(COUNT)) {
      task.local(AT, 0);
      v.goTo(at(At.WRITE));
      return;
    }
    v.memory().write(Transfers.page(v, index), record(task, index).toBytes());
    v.use(Cost.RANDOM_PAGE + Cost.CHECKSUM_PAGE);
    task.add(AT, 1);
  }

  private static DiskcheckRecord record(Task task, long index) {
    return new DiskcheckRecord(task.local(FIRST) + index, task.local(RUN), task.local(RUN + 1));
  }

  /** Submits the batch; then {@code then}. Writing and reading differ in nothing else. */
  private void transfer(Vcpu v, Task task, At then) {
    long disk = task.local(DISK);
    long slot = task.local(FIRST) % task.local(SLOTS);
    while (task.local(AT) < task.local(COUNT)) {
      long index = task.local(AT);
      int count = (int) Math.min(Transfers.REQUEST_PAGES, task.local(COUNT) - index);
      long sector = (slot + index) * SECTORS;
      long buffer = Transfers.page(v, index);
      BlockRequest request =
          then == At.WRITTEN
              ? BlockRequest.write(sector, count * SECTORS, buffer, index)
              : BlockRequest.read(sector, count * SECTORS, buffer, index);
      if (!submitted(v, task, disk, request)) {
        return;
      }
      task.add(AT, count);
    }
    Block.kick(v, disk);
    v.goTo(at(then));
  }

  /** False when the step has to run again, or the disk is gone. */
  private boolean submitted(Vcpu v, Task task, long disk, BlockRequest request) {
    return switch (Block.submit(v, disk, request)) {
      case YES -> true;
      case FULL -> {
        Block.kick(v, disk);
        Transfers.awaitRoom(v, disk, v.here());
        yield false;
      }
      case GONE -> {
        Terminal.fail(v, name(v) + Errors.text(Errno.ENODEV.result()), 1);
        yield false;
      }
    };
  }

  /** True when all is back and well; else it waits at {@code here} or goes to {@code failed}. */
  private boolean awaitAll(Vcpu v, Task task, At here, At failed) {
    long disk = task.local(DISK);
    for (Block.Done done = Block.take(v, disk); done != null; done = Block.take(v, disk)) {
      if (done.result() != 0) {
        task.local(ERROR, done.result());
      }
    }
    if (task.inFlight() > 0) {
      Transfers.await(v, disk, at(here));
      return false;
    }
    if (task.local(ERROR) != 0) {
      v.goTo(at(failed));
      return false;
    }
    return true;
  }

  private void flush(Vcpu v, Task task) {
    long disk = task.local(DISK);
    if (submitted(v, task, disk, BlockRequest.flush(0))) {
      Block.kick(v, disk);
      v.goTo(at(At.FLUSHED));
    }
  }

  private void acknowledge(Vcpu v, Task task) {
    long acknowledged = task.add(FIRST, task.local(COUNT));
    if (!isForever(task)) {
      v.goTo(at(At.NEXT_WRITE));
      return;
    }
    if (v.now() >= task.local(NEXT_REPORT)) {
      v.log(Printf.text("diskcheck[%d]: %d acknowledged", task.pid(), acknowledged));
      task.local(NEXT_REPORT, v.now() + SECOND_NS);
    }
    v.sleepUntil(v.now() + PACE_NS, at(At.NEXT_WRITE));
  }

  private void writeFailed(Vcpu v, Task task) {
    String text =
        Printf.text(
            "%srecords %d to %d not written: %s",
            name(v),
            task.local(FIRST),
            task.local(FIRST) + task.local(COUNT) - 1,
            Errors.text(task.local(ERROR)));
    if (!isForever(task)) {
      Terminal.fail(v, text, 1);
    } else if (Block.vbd(v, task.local(DISK)) == null) {
      Terminal.fail(v, name(v) + Errors.text(Errno.ENODEV.result()), 1);
    } else {
      v.log(Printf.text("diskcheck[%d]: %s, trying again", task.pid(), text));
      task.local(ERROR, 0);
      task.local(AT, 0);
      v.sleepUntil(v.now() + RETRY_NS, at(At.WRITE));
    }
  }

  private void nextRead(Vcpu v, Task task) {
    if (beginBatch(task)) {
      v.goTo(at(At.READ));
    } else if (task.local(FIRST) == task.local(TOTAL)) {
      v.goTo(at(At.REPORT));
    } else {
      task.local(PASS, task.local(FIRST));
      v.goTo(at(At.NEXT_WRITE));
    }
  }

  private void check(Vcpu v, Task task) {
    long index = task.local(AT);
    if (index == task.local(COUNT)) {
      task.add(FIRST, index);
      v.goTo(at(At.NEXT_READ));
      return;
    }
    byte[] bytes = v.memory().read(Transfers.page(v, index), DiskcheckRecord.SIZE);
    String wrong = record(task, index).wrongIn(bytes);
    v.use(Cost.CHECKSUM_PAGE);
    if (!wrong.isEmpty() && !named(v, task, index, wrong)) {
      return;
    }
    task.local(AT, index + 1);
  }

  /** Names a lost record, the first ones at least. */
  private static boolean named(Vcpu v, Task task, long index, String wrong) {
    long number = task.local(FIRST) + index;
    String text =
        Printf.text("record %d lost (slot %d): %s\n", number, number % task.local(SLOTS), wrong);
    if (task.local(LOST) < NAMED_LOSSES && !Terminal.print(v, text)) {
      return false;
    }
    task.add(LOST, 1);
    return true;
  }

  private void readFailed(Vcpu v, Task task) {
    long first = task.local(FIRST);
    long last = first + task.local(COUNT) - 1;
    String why = Errors.text(task.local(ERROR));
    if (Terminal.print(v, Printf.text("records %d to %d lost: %s\n", first, last, why))) {
      task.local(ERROR, 0);
      task.add(LOST, task.local(COUNT));
      task.local(FIRST, last + 1);
      v.goTo(at(At.NEXT_READ));
    }
  }

  private void report(Vcpu v, Task task) {
    long lost = task.local(LOST);
    long verified = task.local(TOTAL) - lost;
    if (Terminal.print(v, Printf.text("%d records verified, %d lost\n", verified, lost))) {
      v.ret(lost == 0 ? 0 : 1);
    }
  }
}
