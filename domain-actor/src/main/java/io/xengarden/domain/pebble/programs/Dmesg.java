package io.xengarden.domain.pebble.programs;

import io.xengarden.domain.pebble.console.Terminal;
import io.xengarden.domain.pebble.image.KernelLog;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import java.nio.charset.StandardCharsets;

/** dmesg: prints the kernel log up to where it ended when the command began. */
public final class Dmesg extends Routine<Dmesg.At> {
  private static final int POSITION = 0;
  private static final int END = 1;
  private static final int CHUNK = 800;

  /** Its steps. */
  public enum At {
    START,
    PRINT
  }

  public Dmesg() {
    super(Entry.DMESG, At.class);
  }

  @Override
  public int locals() {
    return 2;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    KernelLog log = new KernelLog(v.memory());
    switch (at) {
      case START -> {
        task.local(POSITION, log.begin());
        task.local(END, log.end());
        v.goTo(at(At.PRINT));
      }
      case PRINT -> {
        long from = Math.max(task.local(POSITION), log.begin());
        int room = (int) Math.min(CHUNK, task.local(END) - from);
        if (room <= 0 || task.is(Task.BACKGROUND)) {
          v.ret(0);
          return;
        }
        String chunk = new String(log.read(from, room), StandardCharsets.UTF_8);
        String lines = chunk.substring(0, chunk.lastIndexOf('\n') + 1);
        if (Terminal.print(v, lines)) {
          task.local(POSITION, from + lines.getBytes(StandardCharsets.UTF_8).length);
        }
      }
    }
  }
}
