package io.xengarden.domain.pebble.xenbus;

/** Bits of {@code KernelState.xenwatch()}: what has to be looked at. They are watch tokens, too. */
public final class WatchBit {
  public static final int DEVICES = 0;
  public static final int SHUTDOWN = 1;
  public static final int CPUS = 2;

  /** Disks have bits 8 to 23, network interfaces 24 to 31, by slot. */
  static final int FIRST_VBD = 8;

  static final int FIRST_VIF = 24;

  private WatchBit() {}
}
