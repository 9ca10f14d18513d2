package io.xengarden.domain.pebble.xenbus;

import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.kernel.Entry;

/**
 * A kind of device: where its records lie, which bit marks them, and the routines that do what only
 * it knows. Each takes the slot and returns 0 or a negative errno.
 *
 * @param connect allocates rings, grants them, writes the frontend's nodes
 * @param configure reads what the connected backend says of the device
 * @param start begins to use it, with whatever was under way before
 * @param close ends its use; with its backend gone, without waiting for anything
 */
public record DeviceKind(
    String directory,
    long table,
    int recordSize,
    int slots,
    int firstBit,
    int connect,
    int configure,
    int start,
    int close) {
  public static final DeviceKind VBD =
      new DeviceKind(
          "vbd",
          Layout.VBDS,
          Layout.VBD_SIZE,
          Layout.VBD_COUNT,
          WatchBit.FIRST_VBD,
          Entry.VBD_CONNECT,
          Entry.VBD_CONFIGURE,
          Entry.VBD_START,
          Entry.VBD_CLOSE);

  public static final DeviceKind VIF =
      new DeviceKind(
          "vif",
          Layout.VIFS,
          Layout.VIF_SIZE,
          Layout.VIF_COUNT,
          WatchBit.FIRST_VIF,
          Entry.VIF_CONNECT,
          Entry.VIF_CONFIGURE,
          Entry.VIF_START,
          Entry.VIF_CLOSE);

  private static final DeviceKind[] ALL = {VBD, VIF};

  static int count() {
    return ALL.length;
  }

  static DeviceKind of(int index) {
    return ALL[index];
  }

  /** Whose record the bit is for; null when it is none's. */
  static DeviceKind ofBit(int bit) {
    for (DeviceKind kind : ALL) {
      if (bit >= kind.firstBit && bit < kind.firstBit + kind.slots) {
        return kind;
      }
    }
    return null;
  }

  int index() {
    for (int i = 0; i < ALL.length; i++) {
      if (ALL[i] == this) {
        return i;
      }
    }
    throw new IllegalStateException(directory);
  }

  public long record(int slot) {
    return table + (long) slot * recordSize;
  }
}
