package io.xengarden.node;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** A daemon's command line, taken word by word. */
final class Arguments {
  static final int MAX_PORT = 65_535;

  private final Deque<String> left;

  /** Arguments that cannot be understood; the message says which. */
  static final class BadArguments extends Exception {
    private static final long serialVersionUID = 1L;

    BadArguments(String message) {
      super(message);
    }
  }

  Arguments(String... words) {
    this.left = new ArrayDeque<>(List.of(words));
  }

  boolean isEmpty() {
    return left.isEmpty();
  }

  String next() {
    return left.remove();
  }

  static BadArguments unknown(String option) {
    return new BadArguments("unknown option " + option);
  }

  String value(String option) throws BadArguments {
    if (left.isEmpty()) {
      throw new BadArguments(option + " needs a value");
    }
    return left.remove();
  }

  /** From 0 to {@code max}. */
  long number(String option, long max) throws BadArguments {
    String text = value(option);
    try {
      long number = Long.parseLong(text);
      if (number >= 0 && number <= max) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // Said below.
    }
    throw new BadArguments(option + " " + text + ": 0 to " + max + " are possible");
  }

  int port(String option) throws BadArguments {
    return (int) number(option, MAX_PORT);
  }
}
