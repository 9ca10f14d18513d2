package io.xengarden.domain.pebble.console;

import io.xengarden.domain.pebble.image.KernelState;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.machine.Memory;
import java.nio.charset.StandardCharsets;

/**
 * The line discipline: echo, erasing, ^U, ^C; lines of at most {@link #LINE_MAX} bytes. One
 * finished line waits for its reader; the next return is not accepted before that one is done with.
 */
final class Tty {
  /** Bytes of a line, its line feed included. What is typed beyond is refused with a bell. */
  static final int LINE_MAX = Layout.TTY_LINE_SIZE;

  static final byte INTERRUPT = 0x03;
  private static final byte END_OF_FILE = 0x04;
  private static final byte BELL = 0x07;
  private static final byte BACKSPACE = 0x08;
  private static final byte TAB = 0x09;
  private static final byte KILL_LINE = 0x15;
  private static final byte ESCAPE = 0x1b;
  private static final byte DELETE = 0x7f;

  /** Room that the echo of one byte may need; a killed line needs more, and does without. */
  private static final int ECHO_MAX = 4;

  private static final int NO_ESCAPE = 0;
  private static final int AFTER_ESCAPE = 1;
  private static final int IN_SEQUENCE = 2;

  private static final byte[] NOTHING = {};

  enum Event {
    NONE,
    LINE,
    INTERRUPT
  }

  /** What a byte led to: bytes to put out, and what others have to know. */
  record Effect(byte[] echo, Event event) {
    static Effect echo(String text) {
      return new Effect(text.getBytes(StandardCharsets.US_ASCII), Event.NONE);
    }
  }

  private static final Effect SILENT = new Effect(NOTHING, Event.NONE);

  private final Memory memory;
  private final KernelState state;

  Tty(Memory memory) {
    this.memory = memory;
    this.state = new KernelState(memory);
  }

  /** Whether a byte may be taken now, when {@code room} bytes of echo fit. */
  boolean accepts(byte next, int room) {
    boolean lineWaits = state.lineLength() != 0;
    return next == INTERRUPT || room >= ECHO_MAX && !(isReturn(next) && lineWaits);
  }

  Effect take(byte next) {
    if (state.escape() != NO_ESCAPE) {
      return inEscape(next);
    }
    return switch (next) {
      case '\r', '\n' -> finishLine();
      case BACKSPACE, DELETE -> erase();
      case KILL_LINE -> killLine();
      case INTERRUPT -> interrupt();
      case END_OF_FILE -> SILENT;
      case TAB -> insert((byte) ' ');
      case ESCAPE -> {
        state.escape(AFTER_ESCAPE);
        yield SILENT;
      }
      default -> next >= 0 && next < ' ' ? SILENT : insert(next);
    };
  }

  /** Cursor keys and their like: understood enough to be left out. */
  private Effect inEscape(byte next) {
    if (state.escape() == AFTER_ESCAPE) {
      state.escape(next == '[' || next == 'O' ? IN_SEQUENCE : NO_ESCAPE);
    } else if (next >= '@' && next <= '~') {
      state.escape(NO_ESCAPE);
    }
    if (next == INTERRUPT) {
      state.escape(NO_ESCAPE);
      return interrupt();
    }
    return SILENT;
  }

  private Effect insert(byte next) {
    int length = state.editLength();
    if (length >= LINE_MAX - 1) {
      return new Effect(new byte[] {BELL}, Event.NONE);
    }
    memory.putByte(Layout.TTY_LINES + length, next);
    state.editLength(length + 1);
    return new Effect(new byte[] {next}, Event.NONE);
  }

  private Effect finishLine() {
    int length = state.editLength();
    memory.putByte(Layout.TTY_LINES + length, (byte) '\n');
    memory.copyTo(Layout.TTY_LINES, memory, Layout.TTY_LINES + Layout.TTY_LINE_SIZE, length + 1L);
    state.lineLength(length + 1);
    state.editLength(0);
    return new Effect(new byte[] {'\r', '\n'}, Event.LINE);
  }

  private Effect erase() {
    int length = state.editLength();
    if (length == 0) {
      return SILENT;
    }
    do {
      length--;
    } while (length > 0 && (memory.getByte(Layout.TTY_LINES + length) & 0xc0) == 0x80);
    state.editLength(length);
    return Effect.echo("\b \b");
  }

  private Effect killLine() {
    if (state.editLength() == 0) {
      return SILENT;
    }
    state.editLength(0);
    return Effect.echo("^U\r\n");
  }

  private Effect interrupt() {
    state.editLength(0);
    return new Effect(new byte[] {'^', 'C', '\r', '\n'}, Event.INTERRUPT);
  }

  private static boolean isReturn(byte next) {
    return next == '\r' || next == '\n';
  }

  /** The line that waits for its reader, without its line feed; null when there is none. */
  static String line(Memory memory) {
    int length = new KernelState(memory).lineLength();
    if (length == 0) {
      return null;
    }
    long at = Layout.TTY_LINES + Layout.TTY_LINE_SIZE;
    return new String(memory.read(at, length - 1), StandardCharsets.UTF_8);
  }
}
