package io.xengarden.domain;

/**
 * The cost table of what Xen does for a guest, in units: 1 unit is 1 ns of a pCPU. Fixed, never
 * measured. Kept below what the same takes in this program, so that nobody waits for the emulated
 * clock to catch up with I/O.
 */
public final class Costs {
  /** Switching a vCPU in and out. */
  public static final long SLICE = 200;

  /** Entering and leaving a hypercall, whatever it does. */
  public static final long HYPERCALL = 200;

  /** One call inside a multicall, which enters once for all. */
  public static final long MULTICALL_ENTRY = 50;

  /** Looking whether the slice must end: no guest loops for ever for nothing. */
  public static final long LOOK = 1;

  /** One line to Xen's console. */
  public static final long CONSOLE_LINE = 1_000;

  /** One page mapped, unmapped, given or taken. */
  public static final long PAGE = 20;

  private Costs() {}
}
