package io.xengarden.abi;

import io.xengarden.machine.Memory;

/**
 * The console page of a domain: "in" carries keys to the guest, "out" carries the guest's text.
 * Source: xen/include/public/io/console.h.
 *
 * <p>Every method moves what fits and returns how many bytes that was; whoever moved some sends the
 * event. All throw {@link RingCorrupt}, having changed nothing, on indices that cannot be.
 */
public final class ConsoleRing {
  public static final int IN = 0;
  public static final int IN_SIZE = 1024;
  public static final int OUT = 0x400;
  public static final int OUT_SIZE = 2048;
  public static final int IN_CONS = 0xc00;
  public static final int IN_PROD = 0xc04;
  public static final int OUT_CONS = 0xc08;
  public static final int OUT_PROD = 0xc0c;

  /** u8, CONNECTED or DISCONNECTED: whether the daemon serves the ring. Since Xen 4.21. */
  public static final int CONNECTION = 0xc10;

  public static final int CONNECTED = 0;
  public static final int DISCONNECTED = 1;

  private static final ByteRing INPUT = new ByteRing(IN, IN_SIZE, IN_CONS, IN_PROD);
  private static final ByteRing OUTPUT = new ByteRing(OUT, OUT_SIZE, OUT_CONS, OUT_PROD);

  private ConsoleRing() {}

  /** Guest: prints. */
  public static int writeOut(Memory page, long base, byte[] bytes, int offset, int length) {
    return OUTPUT.produce(page, base, bytes, offset, length);
  }

  /** Guest: takes what was typed. */
  public static int readIn(Memory page, long base, byte[] bytes, int offset, int length) {
    return INPUT.consume(page, base, bytes, offset, length);
  }

  /** Daemon: takes what the guest printed. */
  public static int readOut(Memory page, long base, byte[] bytes, int offset, int length) {
    return OUTPUT.consume(page, base, bytes, offset, length);
  }

  /** Daemon: types. */
  public static int writeIn(Memory page, long base, byte[] bytes, int offset, int length) {
    return INPUT.produce(page, base, bytes, offset, length);
  }

  /** Bytes typed that the guest has not taken. */
  public static int inAvailable(Memory page, long base) {
    return INPUT.available(page, base);
  }

  /** Bytes printed that the daemon has not taken. */
  public static int outAvailable(Memory page, long base) {
    return OUTPUT.available(page, base);
  }
}
