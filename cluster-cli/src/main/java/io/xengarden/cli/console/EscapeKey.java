package io.xengarden.cli.console;

import java.util.Optional;

/** The key that detaches from a console: {@code ^]} unless {@code -e} says otherwise. */
public record EscapeKey(byte code) {
  public static final EscapeKey STANDARD = new EscapeKey((byte) 0x1d);

  /** Reads {@code ^X} as Control-X and a single character as itself; empty for anything else. */
  public static Optional<EscapeKey> parse(String text) {
    if (text.length() == 1 && text.charAt(0) < 0x80) {
      return Optional.of(new EscapeKey((byte) text.charAt(0)));
    }
    if (text.length() == 2 && text.charAt(0) == '^') {
      char c = Character.toUpperCase(text.charAt(1));
      if (c >= '@' && c <= '_') {
        return Optional.of(new EscapeKey((byte) (c - '@')));
      }
    }
    return Optional.empty();
  }
}
