package io.xengarden.domain.pebble.blkfront;

import io.xengarden.domain.pebble.xenbus.DeviceKind;
import io.xengarden.domain.pebble.xenbus.Frontend;
import io.xengarden.machine.Memory;

/** A disk's record. */
public final class Vbd extends Frontend {
  public static final int READ_ONLY = FIRST_OWN_FLAG;
  public static final int FLUSH = FIRST_OWN_FLAG << 1;
  public static final int BARRIER = FIRST_OWN_FLAG << 2;

  /** Its size is known: it has been connected once. */
  public static final int KNOWN = FIRST_OWN_FLAG << 4;

  private static final int SECTORS = FIRST_OWN_BYTE;
  private static final int RING = FIRST_OWN_BYTE + 0x08;
  private static final int REQ_PROD = FIRST_OWN_BYTE + 0x10;
  private static final int RSP_CONS = FIRST_OWN_BYTE + 0x14;
  private static final int PUSHED = FIRST_OWN_BYTE + 0x18;
  private static final int INFO = FIRST_OWN_BYTE + 0x1c;
  private static final int READS = FIRST_OWN_BYTE + 0x20;
  private static final int WRITES = FIRST_OWN_BYTE + 0x28;
  private static final int FLUSHES = FIRST_OWN_BYTE + 0x30;
  private static final int ERRORS = FIRST_OWN_BYTE + 0x38;

  private final int slot;

  public Vbd(Memory memory, int slot) {
    super(memory, DeviceKind.VBD.record(slot));
    this.slot = slot;
  }

  public int slot() {
    return slot;
  }

  /** Whether requests make sense: it is connected, or on its way to it. */
  boolean isUsable() {
    boolean open =
        switch (state()) {
          case INITIALISING, INITIALISED, CONNECTED -> true;
          default -> false;
        };
    return open && !is(GONE) && !is(FAILED);
  }

  /** The disk's name in the guest. */
  public String name() {
    return VbdName.of(devid());
  }

  /** Size in sectors of 512 bytes. */
  public long sectors() {
    return int64(SECTORS);
  }

  public void sectors(long count) {
    int64(SECTORS, count);
  }

  /** The ring page; the page of shadows follows it. 0 while there is none. */
  public long ring() {
    return int64(RING);
  }

  public void ring(long address) {
    int64(RING, address);
  }

  /** Requests written to the ring. */
  public int reqProd() {
    return int32(REQ_PROD);
  }

  public void reqProd(int index) {
    int32(REQ_PROD, index);
  }

  /** Responses taken from the ring. */
  public int rspCons() {
    return int32(RSP_CONS);
  }

  public void rspCons(int index) {
    int32(RSP_CONS, index);
  }

  /** Requests that the backend has been shown. */
  public int pushed() {
    return int32(PUSHED);
  }

  public void pushed(int index) {
    int32(PUSHED, index);
  }

  /** The backend's bits: cdrom, removable, read-only. */
  public int info() {
    return int32(INFO);
  }

  public void info(int bits) {
    int32(INFO, bits);
  }

  public long reads() {
    return int64(READS);
  }

  public long writes() {
    return int64(WRITES);
  }

  public long flushes() {
    return int64(FLUSHES);
  }

  public long errors() {
    return int64(ERRORS);
  }

  void countRead() {
    int64(READS, reads() + 1);
  }

  void countWrite() {
    int64(WRITES, writes() + 1);
  }

  void countFlush() {
    int64(FLUSHES, flushes() + 1);
  }

  void countError() {
    int64(ERRORS, errors() + 1);
  }
}
