package io.xengarden.node.console;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * Finds one command's output in a guest's console output. What is typed is
 *
 * <pre>
 * echo NONCE:begin; COMMAND; echo NONCE:end:$?
 * </pre>
 *
 * and the command's output lies between the line {@code NONCE:begin} and the text {@code
 * NONCE:end:DIGITS}. The terminal's echo of the typed line has no line that is only {@code
 * NONCE:begin}, and shows {@code $?} where the end has digits. CRLF becomes LF.
 */
final class RunTranscript {
  /** Longer lines before the begin are somebody else's output: only their start is kept. */
  private static final int MAX_LINE = 256;

  private static final int MAX_STATUS_DIGITS = 3;

  private enum State {
    BEFORE,
    INSIDE,
    DONE
  }

  private final String beginLine;
  private final String endMark;
  private final StringBuilder line = new StringBuilder();
  private final StringBuilder held = new StringBuilder();
  private State state = State.BEFORE;
  private boolean heldCarriageReturn;
  private int exitStatus = -1;

  /**
   * @param nonce its first character occurs nowhere else in it
   */
  RunTranscript(String nonce) {
    beginLine = nonce + ":begin";
    endMark = nonce + ":end:";
  }

  /** The line to type, without its end. */
  static String typedLine(String nonce, String command) {
    return "echo " + nonce + ":begin; " + command + "; echo " + nonce + ":end:$?";
  }

  /** The begin was seen: the guest runs the line. */
  boolean hasBegun() {
    return state != State.BEFORE;
  }

  /** The status, once the end was seen. */
  OptionalInt exitStatus() {
    return state == State.DONE ? OptionalInt.of(exitStatus) : OptionalInt.empty();
  }

  /** Takes console output in; gives back what of it is the command's. */
  byte[] feed(byte[] output) {
    ByteArrayOutputStream found = new ByteArrayOutputStream();
    for (byte next : output) {
      switch (state) {
        case BEFORE -> before((char) (next & 0xff));
        case INSIDE -> inside((char) (next & 0xff), found);
        case DONE -> {
          return found.toByteArray();
        }
      }
    }
    return found.toByteArray();
  }

  private void before(char next) {
    if (next == '\n') {
      if (line.toString().equals(beginLine)) {
        state = State.INSIDE;
      }
      line.setLength(0);
    } else if (next != '\r' && line.length() < MAX_LINE) {
      line.append(next);
    }
  }

  private void inside(char next, ByteArrayOutputStream found) {
    if (held.length() < endMark.length()) {
      matchMark(next, found);
    } else if (Character.isDigit(next) && held.length() < endMark.length() + MAX_STATUS_DIGITS) {
      held.append(next);
    } else if (held.length() > endMark.length() && !Character.isDigit(next)) {
      exitStatus = Integer.parseInt(held.substring(endMark.length()));
      state = State.DONE;
    } else {
      releaseHeld(found);
      inside(next, found);
    }
  }

  private void matchMark(char next, ByteArrayOutputStream found) {
    if (next == endMark.charAt(held.length())) {
      held.append(next);
    } else if (held.isEmpty()) {
      emit(next, found);
    } else {
      releaseHeld(found);
      inside(next, found);
    }
  }

  private void releaseHeld(ByteArrayOutputStream found) {
    String text = held.toString();
    held.setLength(0);
    for (byte each : text.getBytes(StandardCharsets.ISO_8859_1)) {
      emit((char) (each & 0xff), found);
    }
  }

  private void emit(char next, ByteArrayOutputStream found) {
    if (heldCarriageReturn && next != '\n') {
      found.write('\r');
    }
    heldCarriageReturn = next == '\r';
    if (!heldCarriageReturn) {
      found.write(next);
    }
  }
}
