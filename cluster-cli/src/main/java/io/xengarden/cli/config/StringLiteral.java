package io.xengarden.cli.config;

/** Reads a quoted string with its backslash escapes; xl and Python agree on these. */
final class StringLiteral {
  private final SourceText text;
  private final StringBuilder out = new StringBuilder();

  private StringLiteral(SourceText text) {
    this.text = text;
  }

  /** The text stands at the opening quote; afterwards behind the closing one. */
  static String read(SourceText text) throws ConfigError {
    return new StringLiteral(text).read();
  }

  private String read() throws ConfigError {
    Position start = text.position();
    char quote = text.take();
    while (text.peek() != quote) {
      if (text.peek() == SourceText.END || text.peek() == '\n') {
        throw new ConfigError(start, "this string has no closing " + quote);
      }
      char c = text.take();
      if (c == '\\') {
        escape(start);
      } else {
        out.append(c);
      }
    }
    text.take();
    return out.toString();
  }

  private void escape(Position start) throws ConfigError {
    int c = text.peek();
    if (c == SourceText.END || c == '\n') {
      throw new ConfigError(start, "this string ends in a backslash");
    }
    if (c >= '0' && c <= '7') {
      number(8, 3);
      return;
    }
    if (c == 'x') {
      text.take();
      number(16, 2);
      return;
    }
    int plain = "\\'\"abfnrtv".indexOf(c);
    if (plain < 0) {
      throw text.error("invalid character after backslash in quoted string");
    }
    text.take();
    out.append("\\'\"\u0007\b\f\n\r\t\u000b".charAt(plain));
  }

  private void number(int radix, int maxDigits) throws ConfigError {
    int code = 0;
    int digits = 0;
    while (digits < maxDigits && Character.digit(text.peek(), radix) >= 0) {
      code = code * radix + Character.digit(text.take(), radix);
      digits++;
    }
    if (digits == 0 || code == 0 || code > 0xff) {
      throw text.error("invalid numeric escape in quoted string");
    }
    out.append((char) code);
  }
}
