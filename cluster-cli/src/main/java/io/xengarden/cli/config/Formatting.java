package io.xengarden.cli.config;

import java.util.List;
import java.util.OptionalLong;

/** Python's {@code "pattern" % values} for %s, %d, %i, %x and %%, with widths as in %02d. */
final class Formatting {
  /** A wider field than this is a mistake or an attack. */
  static final int MAX_WIDTH = 100;

  private final Position at;
  private final List<ConfigValue> values;
  private final StringBuilder out = new StringBuilder();
  private int used;

  Formatting(Position at, List<ConfigValue> values) {
    this.at = at;
    this.values = values;
  }

  String apply(String pattern) throws ConfigError {
    int i = 0;
    while (i < pattern.length()) {
      char c = pattern.charAt(i++);
      if (out.length() > XmConfigParser.MAX_TEXT) {
        throw new ConfigError(at, "the formatted text is too long");
      }
      if (c != '%') {
        out.append(c);
      } else if (i < pattern.length() && pattern.charAt(i) == '%') {
        out.append('%');
        i++;
      } else {
        i = field(pattern, i);
      }
    }
    if (used < values.size()) {
      throw new ConfigError(at, "not all values are used by the format `" + pattern + "'");
    }
    return out.toString();
  }

  private int field(String pattern, int start) throws ConfigError {
    int i = start;
    while (i < pattern.length() && Character.digit(pattern.charAt(i), 10) >= 0) {
      i++;
    }
    String digits = pattern.substring(start, i);
    char conversion = i < pattern.length() ? pattern.charAt(i) : '?';
    if (digits.length() > 3 || !digits.isEmpty() && Integer.parseInt(digits) > MAX_WIDTH) {
      throw new ConfigError(at, "the format `" + pattern + "' is too wide");
    }
    String text = convert(conversion, next(pattern), pattern);
    String pad = digits.startsWith("0") && conversion != 's' ? "0" : " ";
    int width = digits.isEmpty() ? 0 : Integer.parseInt(digits);
    out.append(pad.repeat(Math.max(0, width - text.length()))).append(text);
    return i + 1;
  }

  private String convert(char conversion, ConfigValue.Atom value, String pattern)
      throws ConfigError {
    if (conversion == 's') {
      return value.text();
    }
    OptionalLong number = Numbers.parse(value.text());
    if ("dix".indexOf(conversion) < 0) {
      throw new ConfigError(at, "the format `" + pattern + "' is not understood");
    }
    if (number.isEmpty()) {
      throw new ConfigError(at, "`" + value.text() + "' is not a number, as `%d' needs");
    }
    return Long.toString(number.getAsLong(), conversion == 'x' ? 16 : 10);
  }

  private ConfigValue.Atom next(String pattern) throws ConfigError {
    if (used >= values.size()) {
      throw new ConfigError(at, "not enough values for the format `" + pattern + "'");
    }
    if (!(values.get(used++) instanceof ConfigValue.Atom atom)) {
      throw new ConfigError(at, "a list cannot be formatted");
    }
    return atom;
  }
}
