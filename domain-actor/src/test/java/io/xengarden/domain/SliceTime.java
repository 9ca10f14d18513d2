package io.xengarden.domain;

/** Tells tests outside this package how long a slice was. */
public final class SliceTime {
  private SliceTime() {}

  /** Emulated nanoseconds that the last slice of a domain used. */
  public static long used(TestDomain domain) {
    return domain.cpu.used();
  }
}
