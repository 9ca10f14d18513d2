package io.xengarden.domain.pebble.programs.disk;

import io.xengarden.abi.Errno;
import io.xengarden.domain.pebble.blkfront.Block;
import io.xengarden.domain.pebble.blkfront.BlockRequest;
import io.xengarden.domain.pebble.blkfront.Vbd;
import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.RandomData;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Cost;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.domain.pebble.programs.operand.Errors;
import io.xengarden.domain.pebble.programs.operand.Sizes;
import io.xengarden.machine.Memory;

/**
 * dd: copies between disks, /dev/zero, /dev/urandom and /dev/null. The block size only says how
 * much is copied: the data moves in eight buffers of eleven pages, each on its own way from reading
 * to writing.
 */
public final class Dd extends Routine<Dd.At> {
  private static final int INPUT = 0;
  private static final int OUTPUT = 1;

  /** Bytes to copy, bytes that a buffer has been given, bytes copied. */
  private static final int LENGTH = 2;

  private static final int BEGUN = 3;
  private static final int COPIED = 4;
  private static final int SKIP = 5;
  private static final int SEEK = 6;
  private static final int ERROR = 7;

  /** Whether the error came from writing. */
  private static final int ON_WRITE = 8;

  private static final int STARTED = 9;
  private static final int NO_DISK = -1;
  private static final int SECTOR = 512;

  /** Its steps. */
  public enum At {
    START,
    INPUT_OPENED,
    OPEN_OUTPUT,
    OUTPUT_OPENED,
    PLAN,
    CLEAR,
    PUMP,
    MAKE,
    FLUSHED,
    SAY_ERROR,
    REPORT
  }

  public Dd() {
    super(Entry.DD, At.class);
  }

  @Override
  public int locals() {
    return 10;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    DdOperands operands = DdOperands.parse(Arguments.of(v));
    switch (at) {
      case START -> start(v, task, operands);
      case INPUT_OPENED -> inputOpened(v, task, operands);
      case OPEN_OUTPUT -> openOutput(v, task, operands);
      case OUTPUT_OPENED -> outputOpened(v, task, operands);
      case PLAN -> plan(v, task, operands);
      case CLEAR -> clear(v, task);
      case PUMP -> pump(v, task, operands);
      case MAKE -> make(v, task);
      case FLUSHED -> flushed(v, task);
      case SAY_ERROR -> sayError(v, task, operands);
      case REPORT -> report(v, task, operands);
    }
  }

  private void start(Vcpu v, Task task, DdOperands operands) {
    task.local(INPUT, NO_DISK);
    task.local(OUTPUT, NO_DISK);
    if (!operands.error().isEmpty()) {
      Terminal.fail(v, "dd: " + operands.error(), 1);
    } else if (operands.readsDisk()) {
      open(v, "if=", At.INPUT_OPENED);
    } else {
      v.goTo(at(At.OPEN_OUTPUT));
    }
  }

  private void open(Vcpu v, String key, At next) {
    Arguments arguments = Arguments.of(v);
    int index = 0;
    for (int i = 1; i <= arguments.count(); i++) {
      index = arguments.get(i).startsWith(key) ? i : index;
    }
    v.call(Entry.OPEN_DISK, at(next), index, key.length());
  }

  private void inputOpened(Vcpu v, Task task, DdOperands operands) {
    if (task.result() < 0) {
      cannotOpen(v, operands.input(), task.result());
    } else {
      task.local(INPUT, task.result());
      v.goTo(at(At.OPEN_OUTPUT));
    }
  }

  private static void cannotOpen(Vcpu v, String path, long error) {
    Terminal.fail(v, "dd: failed to open '" + path + "': " + Errors.text(error), 1);
  }

  private void openOutput(Vcpu v, Task task, DdOperands operands) {
    if (operands.writesDisk()) {
      open(v, "of=", At.OUTPUT_OPENED);
    } else {
      v.goTo(at(At.PLAN));
    }
  }

  private void outputOpened(Vcpu v, Task task, DdOperands operands) {
    long disk = task.result();
    if (disk < 0) {
      cannotOpen(v, operands.output(), disk);
    } else if (Block.vbd(v, disk).is(Vbd.READ_ONLY)) {
      cannotOpen(v, operands.output(), Errno.EROFS.result());
    } else {
      task.local(OUTPUT, disk);
      v.goTo(at(At.PLAN));
    }
  }

  private void plan(Vcpu v, Task task, DdOperands operands) {
    boolean onDisk = task.local(INPUT) != NO_DISK || task.local(OUTPUT) != NO_DISK;
    if (onDisk && operands.blockSize() % SECTOR != 0) {
      String text = Printf.text("dd: block size %d is no multiple of 512", operands.blockSize());
      Terminal.fail(v, text, 1);
      return;
    }
    if (!Transfers.allocate(v, (long) DdBuffer.COUNT * Transfers.REQUEST_PAGES)) {
      Terminal.fail(v, "dd: memory exhausted", 1);
      return;
    }
    task.local(SKIP, operands.bytes(operands.skip()));
    task.local(SEEK, operands.bytes(operands.seek()));
    long length = Math.min(operands.wanted(), left(v, task, INPUT, SKIP));
    long room = left(v, task, OUTPUT, SEEK);
    if (length > room) {
      task.local(ERROR, Errno.ENOSPC.result());
      task.local(ON_WRITE, 1);
    }
    task.local(LENGTH, Math.min(length, room));
    task.local(STARTED, v.now());
    v.goTo(at(At.CLEAR));
  }

  /** Bytes of a disk behind an offset; without a disk, no limit. */
  private static long left(Vcpu v, Task task, int disk, int offset) {
    if (task.local(disk) == NO_DISK) {
      return Long.MAX_VALUE;
    }
    Vbd vbd = Block.vbd(v, task.local(disk));
    long size = vbd == null ? 0 : vbd.sectors() * SECTOR;
    return Math.max(0, size - task.local(offset));
  }

  /** Zeroes the buffers, one a step, and makes all of them free. */
  private void clear(Vcpu v, Task task) {
    int index = (int) task.add(BEGUN, 1) - 1;
    if (index < DdBuffer.COUNT) {
      DdBuffer buffer = new DdBuffer(v, index);
      v.memory().fill(buffer.page(v, 0), Transfers.REQUEST_BYTES, (byte) 0);
      v.use(Transfers.REQUEST_PAGES * Cost.COPY_PAGE);
      buffer.state(DdBuffer.State.FREE);
    } else {
      task.local(BEGUN, 0);
      v.goTo(at(At.PUMP));
    }
  }

  private void pump(Vcpu v, Task task, DdOperands operands) {
    takeDone(v, task, task.local(INPUT));
    takeDone(v, task, task.local(OUTPUT));
    boolean failed = task.local(ERROR) != 0 && task.local(COPIED) < task.local(LENGTH);
    boolean again = false;
    for (int index = 0; index < DdBuffer.COUNT; index++) {
      DdBuffer buffer = new DdBuffer(v, index);
      switch (buffer.state()) {
        case FREE -> again |= !isBroken(task) && begin(v, task, operands, buffer);
        case FILLED -> again |= !isBroken(task) && write(v, task, buffer);
        case MAKING -> {
          v.goTo(at(At.MAKE));
          return;
        }
        case READING, WRITING -> {}
      }
    }
    kick(v, task);
    if (task.local(COPIED) == task.local(LENGTH) || failed && isBroken(task)) {
      finish(v, task, operands);
    } else if (!again) {
      long disk = task.local(OUTPUT) == NO_DISK ? task.local(INPUT) : task.local(OUTPUT);
      Transfers.await(v, disk, at(At.PUMP));
    }
  }

  /** An error other than that the output will be full, which is for the end. */
  private static boolean isBroken(Task task) {
    return task.local(ERROR) != 0 && task.local(ERROR) != Errno.ENOSPC.result();
  }

  private static void takeDone(Vcpu v, Task task, long disk) {
    if (disk == NO_DISK) {
      return;
    }
    for (Block.Done done = Block.take(v, disk); done != null; done = Block.take(v, disk)) {
      DdBuffer buffer = new DdBuffer(v, (int) done.tag());
      boolean writing = buffer.state() == DdBuffer.State.WRITING;
      if (done.result() != 0) {
        broken(task, done.result(), writing);
      } else if (writing) {
        task.add(COPIED, buffer.length());
      }
      buffer.state(writing ? DdBuffer.State.FREE : DdBuffer.State.FILLED);
    }
  }

  private static void broken(Task task, long error, boolean writing) {
    if (!isBroken(task)) {
      task.local(ERROR, error);
      task.local(ON_WRITE, writing ? 1 : 0);
    }
  }

  /** Gives a free buffer its part of the copy; true when it can go on at once. */
  private static boolean begin(Vcpu v, Task task, DdOperands operands, DdBuffer buffer) {
    long offset = task.local(BEGUN);
    int length = (int) Math.min(Transfers.REQUEST_BYTES, task.local(LENGTH) - offset);
    if (length == 0) {
      return false;
    }
    if (task.local(INPUT) != NO_DISK) {
      long sector = (task.local(SKIP) + offset) / SECTOR;
      BlockRequest request =
          BlockRequest.read(sector, length / SECTOR, buffer.page(v, 0), buffer.index());
      if (!submitted(v, task, task.local(INPUT), request)) {
        return false;
      }
      buffer.state(DdBuffer.State.READING);
    } else {
      boolean random = operands.readsRandom();
      buffer.state(random ? DdBuffer.State.MAKING : DdBuffer.State.FILLED);
    }
    buffer.begin(offset, length);
    task.local(BEGUN, offset + length);
    return buffer.state() != DdBuffer.State.READING;
  }

  /** Sends a filled buffer on; true when it is free again at once. */
  private static boolean write(Vcpu v, Task task, DdBuffer buffer) {
    if (task.local(OUTPUT) == NO_DISK) {
      task.add(COPIED, buffer.length());
      buffer.state(DdBuffer.State.FREE);
      v.use(Layout.pagesFor(buffer.length()) * Cost.COPY_PAGE);
      return true;
    }
    long sector = (task.local(SEEK) + buffer.offset()) / SECTOR;
    BlockRequest request =
        BlockRequest.write(sector, buffer.length() / SECTOR, buffer.page(v, 0), buffer.index());
    if (submitted(v, task, task.local(OUTPUT), request)) {
      buffer.state(DdBuffer.State.WRITING);
    }
    return false;
  }

  private static boolean submitted(Vcpu v, Task task, long disk, BlockRequest request) {
    return switch (Block.submit(v, disk, request)) {
      case YES -> true;
      case FULL -> false;
      case GONE -> {
        broken(task, Errno.ENODEV.result(), disk == task.local(OUTPUT));
        yield false;
      }
    };
  }

  private static void kick(Vcpu v, Task task) {
    if (task.local(INPUT) != NO_DISK) {
      Block.kick(v, task.local(INPUT));
    }
    if (task.local(OUTPUT) != NO_DISK) {
      Block.kick(v, task.local(OUTPUT));
    }
  }

  /** Makes one page of random data. */
  private void make(Vcpu v, Task task) {
    for (int index = 0; index < DdBuffer.COUNT; index++) {
      DdBuffer buffer = new DdBuffer(v, index);
      if (buffer.state() == DdBuffer.State.MAKING) {
        byte[] bytes = new byte[Memory.PAGE_SIZE];
        RandomData.fill(bytes, 0, v.state().nextRandom());
        v.memory().write(buffer.page(v, buffer.made()), bytes);
        v.use(Cost.RANDOM_PAGE);
        buffer.made(buffer.made() + 1);
        if (buffer.made() >= Layout.pagesFor(buffer.length())) {
          buffer.state(DdBuffer.State.FILLED);
        }
        break;
      }
    }
    v.goTo(at(At.PUMP));
  }

  private void finish(Vcpu v, Task task, DdOperands operands) {
    if (task.inFlight() > 0) {
      Transfers.await(v, NO_DISK, at(At.PUMP));
    } else if (operands.sync() && task.local(OUTPUT) != NO_DISK && !isBroken(task)) {
      if (submitted(v, task, task.local(OUTPUT), BlockRequest.flush(0))) {
        Block.kick(v, task.local(OUTPUT));
        v.goTo(at(At.FLUSHED));
      } else if (!isBroken(task)) {
        Transfers.awaitRoom(v, task.local(OUTPUT), at(At.PUMP));
      }
    } else {
      v.goTo(at(task.local(ERROR) == 0 ? At.REPORT : At.SAY_ERROR));
    }
  }

  private void flushed(Vcpu v, Task task) {
    Block.Done done = Block.take(v, task.local(OUTPUT));
    if (done == null && task.inFlight() > 0) {
      Transfers.await(v, task.local(OUTPUT), at(At.FLUSHED));
      return;
    }
    if (done != null && done.result() != 0) {
      broken(task, done.result(), true);
    }
    v.goTo(at(task.local(ERROR) == 0 ? At.REPORT : At.SAY_ERROR));
  }

  private void sayError(Vcpu v, Task task, DdOperands operands) {
    boolean writing = task.local(ON_WRITE) != 0;
    String text =
        Printf.text(
            "dd: error %s '%s': %s\n",
            writing ? "writing" : "reading",
            writing ? operands.output() : operands.input(),
            Errors.text(task.local(ERROR)));
    if (Terminal.print(v, text)) {
      v.goTo(at(At.REPORT));
    }
  }

  private static void report(Vcpu v, Task task, DdOperands operands) {
    long bytes = task.local(COPIED);
    String records =
        bytes / operands.blockSize() + "+" + (bytes % operands.blockSize() == 0 ? 0 : 1);
    double seconds = Math.max(1, v.now() - task.local(STARTED)) / 1e9;
    String text =
        Printf.text(
            "%s records in\n%s records out\n%d bytes (%s, %s) copied, %.6g s, %s/s\n",
            records,
            records,
            bytes,
            Sizes.decimal(bytes),
            Sizes.binary(bytes),
            seconds,
            Sizes.decimal(bytes / seconds));
    if (Terminal.print(v, text)) {
      v.ret(task.local(ERROR) == 0 ? 0 : 1);
    }
  }
}
