package io.xengarden.domain.pebble.programs.operand;

import io.xengarden.domain.pebble.image.Printf;
import java.util.Locale;

/** Numbers with the suffixes k, m, g and t, powers of 1024; "64", "64k", "64M", "1GiB". */
public final class Sizes {
  private static final String SUFFIXES = "kmgt";
  private static final int DIGITS_MAX = 15;

  private Sizes() {}

  /** The size, or -1 for what is none or beyond 2^62. */
  public static long parse(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (!lower.matches("[0-9]{1," + DIGITS_MAX + "}([kmgt](i?b)?)?")) {
      return -1;
    }
    int end = 0;
    while (end < lower.length() && Character.isDigit(lower.charAt(end))) {
      end++;
    }
    long number = Long.parseLong(lower.substring(0, end));
    int shift = end == lower.length() ? 0 : 10 * (SUFFIXES.indexOf(lower.charAt(end)) + 1);
    return number > Long.MAX_VALUE >> shift + 1 ? -1 : number << shift;
  }

  /** A number of seconds, "2", "0.5", "3s", "1m", "1h", in nanoseconds; -1 for what is none. */
  public static long parseSeconds(String text) {
    if (!text.matches("[0-9]{1,9}(\\.[0-9]{0,9})?[smhd]?|\\.[0-9]{1,9}[smhd]?")) {
      return -1;
    }
    char last = text.charAt(text.length() - 1);
    boolean hasUnit = Character.isLetter(last);
    long unit =
        switch (last) {
          case 'm' -> 60;
          case 'h' -> 3600;
          case 'd' -> 86_400;
          default -> 1;
        };
    String number = hasUnit ? text.substring(0, text.length() - 1) : text;
    return new java.math.BigDecimal(number.endsWith(".") ? number + "0" : number)
        .movePointRight(9)
        .multiply(java.math.BigDecimal.valueOf(unit))
        .min(java.math.BigDecimal.valueOf(Long.MAX_VALUE >> 2))
        .longValue();
  }

  /** As people read it: "64 MiB", "1.5 GiB". */
  public static String binary(long bytes) {
    return scaled(bytes, 1024, new String[] {"B", "KiB", "MiB", "GiB", "TiB"});
  }

  /** As dd writes it: "67 MB". */
  public static String decimal(double bytes) {
    return scaled(bytes, 1000, new String[] {"B", "kB", "MB", "GB", "TB"});
  }

  private static String scaled(double bytes, int base, String[] units) {
    double value = bytes;
    int unit = 0;
    while (value >= base && unit < units.length - 1) {
      value /= base;
      unit++;
    }
    String format = value >= 10 || unit == 0 || value == Math.rint(value) ? "%.0f %s" : "%.1f %s";
    return Printf.text(format, value, units[unit]);
  }
}
