package io.xengarden.domain.pebble.kernel;

/** What uname says. */
public final class Version {
  public static final String NAME = "Pebble";
  public static final String RELEASE = "0.1.0";
  public static final String BUILD = "#1 SMP";
  public static final String MACHINE = "x86_64";

  private Version() {}
}
