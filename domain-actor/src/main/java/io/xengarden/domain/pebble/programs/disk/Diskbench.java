package io.xengarden.domain.pebble.programs.disk;

import io.xengarden.abi.Errno;
import io.xengarden.domain.pebble.blkfront.Block;
import io.xengarden.domain.pebble.blkfront.BlockRequest;
import io.xengarden.domain.pebble.blkfront.Vbd;
import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.domain.pebble.programs.operand.Errors;
import io.xengarden.domain.pebble.programs.operand.Sizes;
import java.util.List;

/**
 * diskbench DEV MODE: keeps D operations of one size under way for S seconds of guest time and says
 * how many were done. An operation too big for one request is made of several.
 */
public final class Diskbench extends Routine<Diskbench.At> {
  private static final int DISK = 0;
  private static final int MODE = 1;
  private static final int DEPTH = 2;

  /** Sectors of an operation. */
  private static final int SIZE = 3;

  private static final int DONE = 4;

  /** Next operation of a sequential run. */
  private static final int NEXT = 5;

  /** Bits of operations that have nothing under way. */
  private static final int FREE = 6;

  /** The operation whose parts are being submitted, and which part is next. */
  private static final int OPERATION = 7;

  private static final int PART = 8;
  private static final int SECTOR = 9;
  private static final int STARTED = 10;
  private static final int END = 11;
  private static final int ERROR = 12;

  private static final int NONE = -1;
  private static final int READING = 1;
  private static final int RANDOM = 2;
  private static final List<String> MODES = List.of("write", "read", "randwrite", "randread");
  private static final int DEPTH_MAX = 32;
  private static final long SIZE_MAX = 1 << 20;
  private static final int SECTORS_PER_PAGE = 8;

  /** In the work page: parts under way, a u32 for each operation. */
  private static final int PARTS = 2048;

  /** Its steps. */
  public enum At {
    START,
    OPENED,
    PUMP,
    REPORT
  }

  public Diskbench() {
    super(Entry.DISKBENCH, At.class);
  }

  @Override
  public int locals() {
    return 13;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    switch (at) {
      case START -> start(v, task, Arguments.of(v));
      case OPENED -> opened(v, task);
      case PUMP -> pump(v, task);
      case REPORT -> report(v, task);
    }
  }

  private void start(Vcpu v, Task task, Arguments arguments) {
    long depth = Sizes.parse(arguments.after("--depth").orElse("1"));
    long size = Sizes.parse(arguments.after("--bs").orElse("4k"));
    long ns = Sizes.parseSeconds(arguments.after("--seconds").orElse("5"));
    int mode = MODES.indexOf(arguments.get(2));
    String unknown = arguments.unknownOption("--depth", "--bs", "--seconds");
    String wrong =
        arguments.count() < 2
            ? "missing operand"
            : !unknown.isEmpty()
                ? "unrecognized option '" + unknown + "'"
                : mode < 0
                    ? "invalid mode '" + arguments.get(2) + "'"
                    : depth < 1 || depth > DEPTH_MAX
                        ? "depth must be 1 to " + DEPTH_MAX
                        : size < 512 || size % 512 != 0 || size > SIZE_MAX
                            ? "block size must be a multiple of 512 up to 1m"
                            : ns <= 0 ? "invalid time" : "";
    if (!wrong.isEmpty()) {
      Terminal.fail(v, "diskbench: " + wrong, 1);
      return;
    }
    task.local(MODE, mode);
    task.local(DEPTH, depth);
    task.local(SIZE, size / 512);
    task.local(END, ns);
    v.call(Entry.OPEN_DISK, at(At.OPENED), 1, 0);
  }

  private void opened(Vcpu v, Task task) {
    long disk = task.result();
    Vbd vbd = disk < 0 ? null : Block.vbd(v, disk);
    boolean writes = (task.local(MODE) & READING) == 0;
    long error = vbd == null ? disk : 0;
    if (error == 0 && writes && vbd.is(Vbd.READ_ONLY)) {
      error = Errno.EROFS.result();
    } else if (error == 0 && vbd.sectors() < task.local(SIZE)) {
      error = Errno.ENOSPC.result();
    } else if (error == 0 && !Transfers.allocate(v, task.local(DEPTH) * pages(task))) {
      error = Errno.ENOMEM.result();
    }
    if (error != 0) {
      Terminal.fail(v, "diskbench: " + Arguments.of(v).get(1) + ": " + Errors.text(error), 1);
      return;
    }
    task.local(DISK, disk);
    task.local(FREE, (1L << task.local(DEPTH)) - 1);
    task.local(OPERATION, NONE);
    task.local(STARTED, v.now());
    task.local(END, v.now() + task.local(END));
    v.goTo(at(At.PUMP));
  }

  private static long pages(Task task) {
    return (task.local(SIZE) + SECTORS_PER_PAGE - 1) / SECTORS_PER_PAGE;
  }

  private void pump(Vcpu v, Task task) {
    long disk = task.local(DISK);
    for (Block.Done done = Block.take(v, disk); done != null; done = Block.take(v, disk)) {
      completed(v, task, done);
    }
    boolean over = v.now() >= task.local(END) || task.local(ERROR) != 0;
    boolean room = true;
    while (room && (task.local(OPERATION) != NONE || !over && begin(v, task))) {
      room = submitParts(v, task, disk);
    }
    Block.kick(v, disk);
    boolean started = task.local(OPERATION) != NONE;
    if (over && !started && task.inFlight() == 0) {
      v.goTo(at(At.REPORT));
    } else {
      Transfers.await(v, disk, at(At.PUMP));
    }
  }

  private static void completed(Vcpu v, Task task, Block.Done done) {
    if (done.result() != 0) {
      task.local(ERROR, done.result());
    }
    long parts = task.workPage() + PARTS + 4 * done.tag();
    int left = v.memory().getInt(parts) - 1;
    v.memory().putInt(parts, left);
    if (left == 0 && task.local(OPERATION) != done.tag()) {
      task.local(FREE, task.local(FREE) | 1L << done.tag());
      task.add(DONE, 1);
    }
  }

  /** Takes a free operation and a place for it; false when none is free. */
  private static boolean begin(Vcpu v, Task task) {
    long free = task.local(FREE);
    if (free == 0) {
      return false;
    }
    long places = Block.vbd(v, task.local(DISK)) == null ? 1 : places(v, task);
    long place =
        (task.local(MODE) & RANDOM) != 0
            ? Long.remainderUnsigned(v.state().nextRandom(), places)
            : (task.add(NEXT, 1) - 1) % places;
    task.local(SECTOR, place * task.local(SIZE));
    task.local(OPERATION, Long.numberOfTrailingZeros(free));
    task.local(PART, 0);
    task.local(FREE, free & free - 1);
    return true;
  }

  private static long places(Vcpu v, Task task) {
    return Block.vbd(v, task.local(DISK)).sectors() / task.local(SIZE);
  }

  /** False when the disk takes no more for now. */
  private static boolean submitParts(Vcpu v, Task task, long disk) {
    long operation = task.local(OPERATION);
    long buffer = Transfers.page(v, operation * pages(task));
    long parts = task.workPage() + PARTS + 4 * operation;
    while (task.local(PART) < task.local(SIZE)) {
      long part = task.local(PART);
      int count = (int) Math.min(BlockRequest.MAX_SECTORS, task.local(SIZE) - part);
      long sector = task.local(SECTOR) + part;
      BlockRequest request =
          (task.local(MODE) & READING) != 0
              ? BlockRequest.read(sector, count, buffer + part * 512, operation)
              : BlockRequest.write(sector, count, buffer + part * 512, operation);
      Block.Submitted submitted = Block.submit(v, disk, request);
      if (submitted == Block.Submitted.FULL) {
        return false;
      }
      if (submitted == Block.Submitted.GONE) {
        task.local(ERROR, Errno.ENODEV.result());
        break;
      }
      v.memory().putInt(parts, v.memory().getInt(parts) + 1);
      task.local(PART, part + count);
    }
    task.local(OPERATION, NONE);
    return task.local(ERROR) == 0;
  }

  private static void report(Vcpu v, Task task) {
    Arguments arguments = Arguments.of(v);
    if (task.local(ERROR) != 0) {
      String why = Errors.text(task.local(ERROR));
      Terminal.fail(v, "diskbench: " + arguments.get(1) + ": " + why, 1);
      return;
    }
    double seconds = Math.max(1, v.now() - task.local(STARTED)) / 1e9;
    double rate = task.local(DONE) / seconds;
    String text =
        Printf.text(
            "%s bs=%d depth=%d: %.0f IOPS, %.1f MiB/s, %d operations in %.3f s\n",
            arguments.get(2),
            task.local(SIZE) * 512,
            task.local(DEPTH),
            rate,
            rate * task.local(SIZE) * 512 / (1 << 20),
            task.local(DONE),
            seconds);
    if (Terminal.print(v, text)) {
      v.ret(0);
    }
  }
}
