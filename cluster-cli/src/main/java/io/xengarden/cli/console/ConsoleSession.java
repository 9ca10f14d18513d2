package io.xengarden.cli.console;

import com.google.protobuf.ByteString;
import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.Streams;
import io.xengarden.cli.toolstack.Target;
import io.xengarden.cli.toolstack.ToolstackFailure;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;

/**
 * An adapter: what {@code console} does. On a terminal every key goes to the guest but the escape
 * key, which detaches; without one, bytes are piped both ways. It ends when the domain goes away.
 */
public final class ConsoleSession {
  /** What to do once attached, so that no output is missed. */
  @FunctionalInterface
  public interface Attached {
    void run() throws ToolstackFailure;
  }

  private final Streams streams;
  private final EscapeKey escape;

  public ConsoleSession(Streams streams, EscapeKey escape) {
    this.streams = streams;
    this.escape = escape;
  }

  /** Returns when detached or when the domain is gone. */
  public void attach(Target target, Attached then) throws ToolstackFailure, CommandFailed {
    Optional<RawTerminal> terminal = RawTerminal.enter();
    try {
      ConsoleCall call = ConsoleCall.open(target, this::print);
      then.run();
      Thread.ofPlatform().daemon().start(() -> pump(call, terminal.isPresent()));
      call.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(1, "interrupted");
    } finally {
      terminal.ifPresent(RawTerminal::close);
    }
  }

  private void print(ByteString data) {
    PrintStream out = streams.out();
    byte[] bytes = data.toByteArray();
    out.write(bytes, 0, bytes.length);
    out.flush();
  }

  private void pump(ConsoleCall call, boolean escapes) {
    byte[] keys = new byte[ConsoleCall.MAX_KEYS];
    try {
      for (int n = streams.in().read(keys); n >= 0; n = streams.in().read(keys)) {
        int end = escapes ? indexOfEscape(keys, n) : n;
        if (end > 0) {
          call.type(keys, end);
        }
        if (end < n) {
          call.detach();
          return;
        }
      }
      call.endInput();
    } catch (IOException e) {
      call.endInput();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int indexOfEscape(byte[] keys, int length) {
    for (int i = 0; i < length; i++) {
      if (keys[i] == escape.code()) {
        return i;
      }
    }
    return length;
  }
}
