package io.xengarden.domain.pebble.image;

import java.util.Locale;

/** Formatted text that does not depend on where the host's user lives. */
public final class Printf {
  private Printf() {}

  public static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
