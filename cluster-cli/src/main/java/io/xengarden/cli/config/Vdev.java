package io.xengarden.cli.config;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Virtual block device names and their numbers, as in xen-vbd-interface(7). */
public final class Vdev {
  /** xvd, sd and d names count disks up to this; larger numbers do not fit the device number. */
  static final int MAX_DISK = (1 << 20) - 1;

  private static final Pattern NAME = Pattern.compile("(xvd|sd|hd)([a-z]{1,4})([0-9]{0,3})");
  private static final Pattern ORDINAL = Pattern.compile("d([0-9]{1,7})(?:p([0-9]{1,3}))?");

  private Vdev() {}

  /** The device number of a name such as xvda, sdb1, hdc, d0p1, or of a bare number. */
  public static OptionalInt number(String name) {
    Matcher ordinal = ORDINAL.matcher(name);
    if (ordinal.matches()) {
      String partition = ordinal.group(2);
      return xen(
          Integer.parseInt(ordinal.group(1)), partition == null ? 0 : Integer.parseInt(partition));
    }
    Matcher named = NAME.matcher(name);
    if (named.matches()) {
      String partition = named.group(3);
      return named(
          named.group(1),
          disk(named.group(2)),
          partition.isEmpty() ? 0 : Integer.parseInt(partition));
    }
    return bare(name);
  }

  private static OptionalInt named(String bus, int disk, int partition) {
    return switch (bus) {
      case "xvd" -> xen(disk, partition);
      case "sd" ->
          disk > 15 || partition > 15
              ? OptionalInt.empty()
              : OptionalInt.of(8 << 8 | disk << 4 | partition);
      default -> ide(disk, partition);
    };
  }

  private static OptionalInt xen(int disk, int partition) {
    if (disk > MAX_DISK || partition > 255) {
      return OptionalInt.empty();
    }
    boolean small = disk <= 15 && partition <= 15;
    return OptionalInt.of(
        small ? 202 << 8 | disk << 4 | partition : 1 << 28 | disk << 8 | partition);
  }

  private static OptionalInt ide(int disk, int partition) {
    if (disk > 3 || partition > 63) {
      return OptionalInt.empty();
    }
    int major = disk < 2 ? 3 : 22;
    return OptionalInt.of(major << 8 | (disk & 1) << 6 | partition);
  }

  private static OptionalInt bare(String name) {
    if (name.isEmpty() || name.charAt(0) < '0' || name.charAt(0) > '9') {
      return OptionalInt.empty();
    }
    long value = Numbers.parse(name).orElse(-1);
    return value < 0 || value > Integer.MAX_VALUE
        ? OptionalInt.empty()
        : OptionalInt.of((int) value);
  }

  /** a = 0 … z = 25, aa = 26: letters count like a spreadsheet's columns. */
  private static int disk(String letters) {
    int disk = 0;
    for (int i = 0; i < letters.length(); i++) {
      disk = disk * 26 + letters.charAt(i) - 'a' + 1;
    }
    return disk - 1;
  }
}
