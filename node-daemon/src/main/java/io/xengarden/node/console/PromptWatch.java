package io.xengarden.node.console;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Whether a guest's console output ends with the shell's prompt at the start of a line. */
final class PromptWatch {
  private static final byte[] PROMPT = "pebble# ".getBytes(StandardCharsets.US_ASCII);

  /** The last bytes printed; at first as if a line had just ended. */
  private final byte[] tail = new byte[PROMPT.length + 1];

  PromptWatch() {
    Arrays.fill(tail, (byte) '\n');
  }

  void saw(byte[] output) {
    int fresh = Math.min(output.length, tail.length);
    System.arraycopy(tail, fresh, tail, 0, tail.length - fresh);
    System.arraycopy(output, output.length - fresh, tail, tail.length - fresh, fresh);
  }

  /** Something was typed: the prompt that is there now is none any more. */
  void forget() {
    Arrays.fill(tail, (byte) 0);
  }

  boolean atPrompt() {
    boolean atLineStart = tail[0] == '\n' || tail[0] == '\r';
    return atLineStart && Arrays.equals(tail, 1, tail.length, PROMPT, 0, PROMPT.length);
  }
}
