package io.xengarden.domain.pebble.kernel;

/**
 * What things cost, in nanoseconds of a pCPU. A fixed table, near to a 3 GHz machine's figures:
 * never measured, so that a run repeats. Xen accounts hypercalls by itself.
 */
public final class Cost {
  /** Any step, before what it says that it costs more. */
  public static final long STEP = 150;

  public static final long UPCALL = 250;
  public static final long COPY_PAGE = 400;
  public static final long CHECKSUM_PAGE = 600;
  public static final long SHA256_PAGE = 9_000;
  public static final long RANDOM_PAGE = 1_500;
  public static final long TOUCH_PAGE = 25;
  public static final long CONSOLE_BYTE = 5;
  public static final long PACKET = 700;

  /** What one step of {@code burn} uses: short enough that others get their turn in time. */
  public static final long BURN = 250_000;

  private Cost() {}
}
