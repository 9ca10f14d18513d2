package io.xengarden.cli.config;

/** A configuration that cannot be used. The message is one line: {@code FILE:LINE:COL: what}. */
public final class ConfigError extends Exception {
  private static final long serialVersionUID = 1L;

  public ConfigError(Position at, String what) {
    super(at + ": " + what);
  }

  /** For what is wrong with the whole, such as a missing key. */
  public ConfigError(String what) {
    super(what);
  }

  /** What can be wrong inside one string; the caller knows where that string stands. */
  static final class BadSpec extends Exception {
    private static final long serialVersionUID = 1L;

    BadSpec(String what) {
      super(what);
    }

    ConfigError at(Position position) {
      return new ConfigError(position, getMessage());
    }
  }
}
