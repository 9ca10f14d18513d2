package io.xengarden.cli.config;

import java.util.OptionalLong;

/** Sizes as commands take them: a number and one of b k m g t, in either case; MiB without. */
public final class Size {
  private static final String SUFFIXES = "bkmgt";

  private Size() {}

  /** Bytes; empty when it is no size, negative, or beyond 63 bits. */
  public static OptionalLong bytes(String text) {
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    int suffix = SUFFIXES.indexOf(Character.toLowerCase(text.charAt(text.length() - 1)));
    String digits = suffix < 0 ? text : text.substring(0, text.length() - 1);
    if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return OptionalLong.empty();
    }
    try {
      int shift = 10 * (suffix < 0 ? SUFFIXES.indexOf('m') : suffix);
      return OptionalLong.of(Math.multiplyExact(Long.parseLong(digits), 1L << shift));
    } catch (ArithmeticException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
