package io.xengarden.cli.config;

import java.util.OptionalLong;

/** Numbers as C's strtol(…, 0) reads them: decimal, 0x hexadecimal, 0 octal. */
final class Numbers {
  private Numbers() {}

  /** Empty when the text is no such number or does not fit into 63 bits. */
  static OptionalLong parse(String text) {
    boolean negative = text.startsWith("-");
    String digits = negative ? text.substring(1) : text;
    int radix = 10;
    if (digits.startsWith("0x") || digits.startsWith("0X")) {
      radix = 16;
      digits = digits.substring(2);
    } else if (digits.length() > 1 && digits.startsWith("0")) {
      radix = 8;
      digits = digits.substring(1);
    }
    if (digits.isEmpty() || digits.startsWith("+") || digits.startsWith("-")) {
      return OptionalLong.empty();
    }
    try {
      long value = Long.parseLong(digits, radix);
      return OptionalLong.of(negative ? -value : value);
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
