package io.xengarden.domain.pebble.image;

import io.xengarden.machine.Memory;
import java.nio.charset.StandardCharsets;

/**
 * The kernel log: the last {@link Layout#LOG_SIZE} bytes of lines like Linux's, "[ SECONDS.MICROS]
 * text". Positions count bytes ever written; a reader may fall behind and loses the oldest lines.
 */
public final class KernelLog {
  /** A line's text beyond this is cut. */
  public static final int TEXT_MAX = 400;

  private final Memory memory;
  private final KernelState state;

  public KernelLog(Memory memory) {
    this.memory = memory;
    this.state = new KernelState(memory);
  }

  public void add(long nowNs, String text) {
    String cut = text.length() > TEXT_MAX ? text.substring(0, TEXT_MAX) : text;
    long micros = nowNs / 1_000;
    String line =
        Printf.text("[%5d.%06d] %s\n", micros / 1_000_000, micros % 1_000_000, oneLine(cut));
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    long end = state.logEnd();
    for (int done = 0; done < bytes.length; ) {
      int offset = offset(end + done);
      int chunk = Math.min(bytes.length - done, Layout.LOG_SIZE - offset);
      memory.write(Layout.LOG + offset, bytes, done, chunk);
      done += chunk;
    }
    state.logEnd(end + bytes.length);
  }

  /** Where the oldest whole line begins. */
  public long begin() {
    long end = state.logEnd();
    if (end <= Layout.LOG_SIZE) {
      return 0;
    }
    long position = end - Layout.LOG_SIZE;
    while (memory.getByte(Layout.LOG + offset(position)) != '\n') {
      position++; // the last byte written is a line feed, so this ends
    }
    return position + 1;
  }

  public long end() {
    return state.logEnd();
  }

  /** At most {@code limit} bytes from {@code position} on, which must still be in the log. */
  public byte[] read(long position, int limit) {
    int length = (int) Math.min(limit, state.logEnd() - position);
    byte[] bytes = new byte[length];
    for (int done = 0; done < length; ) {
      int offset = offset(position + done);
      int chunk = Math.min(length - done, Layout.LOG_SIZE - offset);
      memory.read(Layout.LOG + offset, bytes, done, chunk);
      done += chunk;
    }
    return bytes;
  }

  private static int offset(long position) {
    return (int) (position & (Layout.LOG_SIZE - 1));
  }

  private static String oneLine(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.chars().forEach(c -> clean.append(c < ' ' || c == 0x7f ? '?' : (char) c));
    return clean.toString();
  }
}
