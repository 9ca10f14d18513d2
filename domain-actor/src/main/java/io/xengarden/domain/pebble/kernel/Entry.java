package io.xengarden.domain.pebble.kernel;

/**
 * The numbers of the routines. rip is {@code routine << 8 | step}; both are part of the image's
 * format ({@link io.xengarden.domain.pebble.image.Layout#FORMAT}, docs/formats/pebble.md).
 */
public final class Entry {
  public static final int IDLE = 0x01;
  public static final int UPCALL = 0x02;
  public static final int BOOT = 0x03;
  public static final int SECONDARY = 0x04;
  public static final int EXIT = 0x05;
  public static final int BIND_EVENTS = 0x06;
  public static final int MAP_GRANTS = 0x07;

  public static final int STORE_CALL = 0x10;

  public static final int XENWATCH = 0x18;
  public static final int CPUS = 0x19;
  public static final int SHUTDOWN = 0x1a;
  public static final int SUSPEND = 0x1b;
  public static final int DEVICES = 0x1c;
  public static final int FRONTEND = 0x1d;

  public static final int VBD_CONNECT = 0x20;
  public static final int VBD_CONFIGURE = 0x21;
  public static final int VBD_START = 0x22;
  public static final int VBD_CLOSE = 0x23;

  public static final int VIF_CONNECT = 0x24;
  public static final int VIF_CONFIGURE = 0x25;
  public static final int VIF_START = 0x26;
  public static final int VIF_CLOSE = 0x27;
  public static final int NET_THREAD = 0x28;

  public static final int INIT = 0x30;
  public static final int SHELL = 0x31;

  public static final int ECHO = 0x40;
  public static final int STATUS = 0x41;
  public static final int SLEEP = 0x42;
  public static final int LINES = 0x43;
  public static final int DMESG = 0x44;
  public static final int CAT = 0x45;
  public static final int COUNTER = 0x46;
  public static final int BURN = 0x47;
  public static final int FILL = 0x48;
  public static final int DIRTY = 0x49;
  public static final int SHA256 = 0x4a;
  public static final int DD = 0x4b;
  public static final int DISKCHECK = 0x4c;
  public static final int DISKBENCH = 0x4d;
  public static final int POWER = 0x4e;
  public static final int KILL = 0x4f;
  public static final int OPEN_DISK = 0x50;
  public static final int READ_FILE = 0x51;
  public static final int PING = 0x52;

  /** One more than the highest routine number. */
  public static final int LIMIT = 0x80;

  private Entry() {}

  /** The rip of a routine's step. */
  public static long rip(int routine, int step) {
    return (long) routine << 8 | step;
  }

  static int routine(long rip) {
    return (int) (rip >>> 8);
  }
}
