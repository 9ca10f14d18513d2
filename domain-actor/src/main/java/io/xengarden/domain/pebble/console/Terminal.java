package io.xengarden.domain.pebble.console;

import io.xengarden.domain.pebble.image.KernelState;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Vcpu;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Where tasks print, and whence the shell reads: hvc0, or the kernel log for background jobs. */
public final class Terminal {
  /** Most bytes that one {@link #print} may have; what may become two bytes each fits the ring. */
  public static final int PRINT_MAX = 1024;

  private Terminal() {}

  /**
   * Prints all of a text, or nothing yet: then the task is parked until there is room and the step
   * that printed runs again. So a step prints before it changes anything:
   *
   * <pre>{@code
   * case REPORT -> { if (Terminal.print(v, line)) v.ret(0); }
   * }</pre>
   */
  public static boolean print(Vcpu v, String text) {
    Task task = v.task();
    if (task.is(Task.BACKGROUND)) {
      text.lines().forEach(line -> v.log(Printf.text("%s[%d]: %s", task.name(), task.pid(), line)));
      return true;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > PRINT_MAX) {
      throw new IllegalStateException("print of " + bytes.length + " bytes");
    }
    byte[] out = withReturns(bytes);
    if (!hasRoom(v, out.length)) {
      return false;
    }
    Console.put(v, out);
    return true;
  }

  /** Whether so many bytes can be printed now; if not, as {@link #print} does when it cannot. */
  public static boolean hasRoom(Vcpu v, int bytes) {
    if (v.task().is(Task.BACKGROUND) || Console.room(v) >= bytes) {
      return true;
    }
    v.park(Wait.CONSOLE_ROOM, 0, v.here());
    return false;
  }

  /** Says why and ends the routine with {@code status}; see {@link #print}. */
  public static void fail(Vcpu v, String why, int status) {
    if (print(v, why + "\n")) {
      v.ret(status);
    }
  }

  /** The finished line that waits. It stays until {@link #lineDone}. */
  public static Optional<String> line(Vcpu v) {
    return Optional.ofNullable(Tty.line(v.memory()));
  }

  /** Lets go of the line: what was typed ahead comes next. */
  public static void lineDone(Vcpu v) {
    v.state().lineLength(0);
    Console.takeInput(v);
  }

  public static boolean atLineStart(Vcpu v) {
    return v.state().atLineStart();
  }

  /** Whether ^C was typed since the last call. */
  public static boolean takeInterrupt(Vcpu v) {
    boolean was = v.state().is(KernelState.INTERRUPTED);
    v.state().set(KernelState.INTERRUPTED, false);
    return was;
  }

  /** ONLCR: a carriage return before every line feed. */
  static byte[] withReturns(byte[] bytes) {
    int feeds = 0;
    for (byte b : bytes) {
      feeds += b == '\n' ? 1 : 0;
    }
    if (feeds == 0) {
      return bytes;
    }
    byte[] out = new byte[bytes.length + feeds];
    int at = 0;
    for (byte b : bytes) {
      if (b == '\n') {
        out[at++] = '\r';
      }
      out[at++] = b;
    }
    return out;
  }
}
