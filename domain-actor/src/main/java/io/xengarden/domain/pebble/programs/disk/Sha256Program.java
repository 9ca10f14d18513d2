package io.xengarden.domain.pebble.programs.disk;

import io.xengarden.abi.Errno;
import io.xengarden.domain.pebble.blkfront.Block;
import io.xengarden.domain.pebble.blkfront.BlockRequest;
import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Cost;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.file.ReadFile;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.domain.pebble.programs.operand.Errors;
import io.xengarden.machine.Memory;

/** sha256 DEV|FILE: reads ahead some requests and hashes them in order, a page a step. */
public final class Sha256Program extends Routine<Sha256Program.At> {
  private static final int DISK = 0;
  private static final int BYTES = 1;

  /** Requests submitted, requests hashed, bytes hashed of the present one. */
  private static final int SUBMITTED = 2;

  private static final int HASHED = 3;
  private static final int OFFSET = 4;

  /** A bit per buffer that has its data. */
  private static final int READY = 5;

  private static final int ERROR = 6;

  /** The digest's state, two words to a local. */
  private static final int STATE = 7;

  private static final int READ_AHEAD = 4;

  /** Its steps. */
  public enum At {
    START,
    FILE_READ,
    OPENED,
    PUMP,
    HASH,
    PRINT,
    FAILED
  }

  public Sha256Program() {
    super(Entry.SHA256, At.class);
  }

  @Override
  public int locals() {
    return STATE + Sha256.WORDS / 2;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    switch (at) {
      case START -> start(v, Arguments.of(v));
      case FILE_READ -> fileRead(v, task);
      case OPENED -> opened(v, task);
      case PUMP -> pump(v, task);
      case HASH -> hash(v, task);
      case PRINT -> {
        String digest = Sha256.finish(state(task), new byte[0], 0, task.local(BYTES));
        print(v, digest);
      }
      case FAILED -> {
        String why = Errors.text(task.local(ERROR));
        Terminal.fail(v, "sha256: " + Arguments.of(v).get(1) + ": " + why, 1);
      }
    }
  }

  private void start(Vcpu v, Arguments arguments) {
    if (arguments.count() == 0) {
      Terminal.fail(v, "sha256: missing operand", 1);
    } else if (arguments.get(1).startsWith("/dev/") || !arguments.get(1).contains("/")) {
      v.call(Entry.OPEN_DISK, at(At.OPENED), 1, 0);
    } else {
      v.call(Entry.READ_FILE, at(At.FILE_READ), 1);
    }
  }

  private void fileRead(Vcpu v, Task task) {
    long length = task.result();
    if (length < 0) {
      fail(v, length);
      return;
    }
    byte[] bytes = ReadFile.content(v, 0, (int) length);
    int whole = bytes.length / Sha256.BLOCK * Sha256.BLOCK;
    int[] state = Sha256.start();
    Sha256.update(state, bytes, 0, whole);
    print(v, Sha256.finish(state, bytes, whole, length));
  }

  private void print(Vcpu v, String digest) {
    if (Terminal.print(v, digest + "  " + Arguments.of(v).get(1) + "\n")) {
      v.ret(0);
    }
  }

  private void fail(Vcpu v, long error) {
    v.task().local(ERROR, error);
    v.goTo(at(At.FAILED));
  }

  private void opened(Vcpu v, Task task) {
    long disk = task.result();
    if (disk < 0) {
      fail(v, disk);
    } else if (!Transfers.allocate(v, READ_AHEAD * Transfers.REQUEST_PAGES)) {
      fail(v, Errno.ENOMEM.result());
    } else {
      task.local(DISK, disk);
      task.local(BYTES, Block.vbd(v, disk).sectors() * 512);
      state(task, Sha256.start());
      v.goTo(at(At.PUMP));
    }
  }

  private void pump(Vcpu v, Task task) {
    long disk = task.local(DISK);
    for (Block.Done done = Block.take(v, disk); done != null; done = Block.take(v, disk)) {
      if (done.result() != 0) {
        fail(v, done.result());
        return;
      }
      task.local(READY, task.local(READY) | 1L << done.tag());
    }
    if (task.local(HASHED) * Transfers.REQUEST_BYTES >= task.local(BYTES)) {
      v.goTo(at(At.PRINT));
      return;
    }
    readAhead(v, task, disk);
    long buffer = task.local(HASHED) % READ_AHEAD;
    if ((task.local(READY) & 1L << buffer) != 0) {
      v.goTo(at(At.HASH));
    } else if (Block.vbd(v, disk) == null) {
      fail(v, Errno.ENODEV.result());
    } else {
      Transfers.await(v, disk, at(At.PUMP));
    }
  }

  private static void readAhead(Vcpu v, Task task, long disk) {
    while (task.local(SUBMITTED) < task.local(HASHED) + READ_AHEAD) {
      long request = task.local(SUBMITTED);
      long from = request * Transfers.REQUEST_BYTES;
      int bytes = (int) Math.min(Transfers.REQUEST_BYTES, task.local(BYTES) - from);
      long buffer = request % READ_AHEAD;
      long address = Transfers.page(v, buffer * Transfers.REQUEST_PAGES);
      if (bytes <= 0
          || Block.submit(v, disk, BlockRequest.read(from / 512, bytes / 512, address, buffer))
              != Block.Submitted.YES) {
        break;
      }
      task.add(SUBMITTED, 1);
    }
    Block.kick(v, disk);
  }

  private void hash(Vcpu v, Task task) {
    long request = task.local(HASHED);
    long offset = task.local(OFFSET);
    long left = task.local(BYTES) - request * Transfers.REQUEST_BYTES - offset;
    int length = (int) Math.min(Memory.PAGE_SIZE, left);
    long buffer = request % READ_AHEAD;
    long address = Transfers.page(v, buffer * Transfers.REQUEST_PAGES) + offset;
    int[] state = state(task);
    Sha256.update(state, v.memory().read(address, length), 0, length);
    state(task, state);
    v.use(Cost.SHA256_PAGE);
    task.local(OFFSET, offset + length);
    if (offset + length == Transfers.REQUEST_BYTES || length == left) {
      task.local(OFFSET, 0);
      task.local(READY, task.local(READY) & ~(1L << buffer));
      task.add(HASHED, 1);
      v.goTo(at(At.PUMP));
    }
  }

  private static int[] state(Task task) {
    int[] state = new int[Sha256.WORDS];
    for (int i = 0; i < Sha256.WORDS; i++) {
      state[i] = (int) (task.local(STATE + i / 2) >>> i % 2 * Integer.SIZE);
    }
    return state;
  }

  private static void state(Task task, int[] state) {
    for (int i = 0; i < Sha256.WORDS; i += 2) {
      long low = Integer.toUnsignedLong(state[i]);
      task.local(STATE + i / 2, (long) state[i + 1] << Integer.SIZE | low);
    }
  }
}
