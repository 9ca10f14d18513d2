package io.xengarden.cli.config;

/** Whose configuration files are read: they differ in syntax and in defaults. */
public enum Dialect {
  XL(32, "destroy"),
  XM(128, "restart");

  private final long defaultMemoryMib;
  private final String defaultOnCrash;

  Dialect(long defaultMemoryMib, String defaultOnCrash) {
    this.defaultMemoryMib = defaultMemoryMib;
    this.defaultOnCrash = defaultOnCrash;
  }

  long defaultMemoryMib() {
    return defaultMemoryMib;
  }

  String defaultOnCrash() {
    return defaultOnCrash;
  }

  /** Reads configuration text in this dialect's language. */
  public void parse(String source, String text, ConfigSettings settings) throws ConfigError {
    if (this == XL) {
      XlConfigParser.parse(source, text, settings);
    } else {
      XmConfigParser.parse(source, text, settings);
    }
  }
}
