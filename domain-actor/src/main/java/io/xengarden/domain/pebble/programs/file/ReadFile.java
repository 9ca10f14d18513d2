package io.xengarden.domain.pebble.programs.file;

import io.xengarden.abi.Errno;
import io.xengarden.abi.Hypercall;
import io.xengarden.domain.pebble.image.Extents;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.machine.Memory;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads a virtual file, whole, into pages of the task: its extent 0. */
public final class ReadFile extends Routine<ReadFile.At> {
  private static final int ARGUMENT = 0;
  private static final int QUERY_BUFFER = 2048;
  private static final int QUERY_BUFFER_SIZE = 2048;

  /** Its steps. */
  public enum At {
    OPEN,
    ANSWERED
  }

  public ReadFile() {
    super(Entry.READ_FILE, At.class);
  }

  /** Argument: index of the word that is the path. Returns the length, or a negative errno. */
  @Override
  public int locals() {
    return 1;
  }

  /** What was read. */
  public static byte[] content(Vcpu v, long offset, int length) {
    return v.memory().read((v.task().extentGfn(0) << Memory.PAGE_SHIFT) + offset, length);
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    String path = Arguments.of(v).get((int) task.local(ARGUMENT));
    Optional<VirtualFile> file = Files.find(path);
    long buffer = task.workPage() + QUERY_BUFFER;
    if (file.isEmpty()) {
      v.ret(missing(v, path).result());
    } else if (at == At.OPEN && file.get().xenVersionOp() != VirtualFile.NO_QUERY) {
      v.memory().fill(buffer, QUERY_BUFFER_SIZE, (byte) 0);
      v.hypercall(Hypercall.XEN_VERSION, file.get().xenVersionOp(), buffer, at(At.ANSWERED));
    } else if (at == At.ANSWERED && v.answer() < 0) {
      v.ret(v.answer());
    } else {
      v.ret(store(v, task, file.get().content().of(v, v.answer(), buffer)));
    }
  }

  private static Errno missing(Vcpu v, String path) {
    if (path.equals("/") || Files.isDirectory(v, path)) {
      return Errno.EISDIR;
    }
    return Files.isDevice(v, path) ? Errno.ENODEV : Errno.ENOENT;
  }

  private static long store(Vcpu v, Task task, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    Extents extents = new Extents(v.memory());
    if (task.extentCount(0) != 0) {
      extents.free(task.extentGfn(0), task.extentCount(0));
      task.extent(0, 0, 0);
    }
    long pages = Math.max(1, Layout.pagesFor(bytes.length));
    long gfn = extents.allocate(pages, v.state().ramPages());
    if (gfn < 0) {
      return Errno.ENOMEM.result();
    }
    task.extent(0, gfn, pages);
    v.memory().write(gfn << Memory.PAGE_SHIFT, bytes);
    return bytes.length;
  }
}
