package io.xengarden.node.toolstack;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of virtual block devices and their numbers. Source: xen docs/man/xen-vbd-interface. */
final class Vdev {
  private static final Pattern LETTERED = Pattern.compile("(xvd|sd|hd)([a-z]{1,3})(\\d{0,3})");
  private static final Pattern NUMBERED = Pattern.compile("d(\\d{1,7})(?:p(\\d{1,3}))?");
  private static final Pattern VERBATIM = Pattern.compile("0x[0-9a-fA-F]{1,7}|\\d{1,9}");

  private static final int XEN_MAJOR = 202;
  private static final int SCSI_MAJOR = 8;
  private static final int IDE0_MAJOR = 3;
  private static final int IDE1_MAJOR = 22;
  private static final int EXTENDED = 1 << 28;
  private static final int MAX_EXTENDED_DISK = (1 << 20) - 1;

  private Vdev() {}

  /**
   * The number of {@code xvda}, {@code xvda1}, {@code d2p3}, {@code sda}, {@code hdc}, or itself.
   */
  static OptionalInt parse(String name) {
    Matcher lettered = LETTERED.matcher(name);
    if (lettered.matches()) {
      int disk = disk(lettered.group(2));
      int partition = number(lettered.group(3));
      return switch (lettered.group(1)) {
        case "xvd" -> xen(disk, partition);
        case "sd" -> scsi(disk, partition);
        default -> ide(disk, partition);
      };
    }
    Matcher numbered = NUMBERED.matcher(name);
    if (numbered.matches()) {
      return xen(number(numbered.group(1)), number(numbered.group(2)));
    }
    return VERBATIM.matcher(name).matches()
        ? OptionalInt.of(Integer.decode(withoutLeadingZeros(name)))
        : OptionalInt.empty();
  }

  private static OptionalInt xen(int disk, int partition) {
    if (disk <= 15 && partition <= 15) {
      return OptionalInt.of(XEN_MAJOR << 8 | disk << 4 | partition);
    }
    return disk <= MAX_EXTENDED_DISK && partition <= 255
        ? OptionalInt.of(EXTENDED | disk << 8 | partition)
        : OptionalInt.empty();
  }

  private static OptionalInt scsi(int disk, int partition) {
    return disk <= 15 && partition <= 15
        ? OptionalInt.of(SCSI_MAJOR << 8 | disk << 4 | partition)
        : OptionalInt.empty();
  }

  private static OptionalInt ide(int disk, int partition) {
    if (disk > 3 || partition > 63) {
      return OptionalInt.empty();
    }
    int major = disk < 2 ? IDE0_MAJOR : IDE1_MAJOR;
    return OptionalInt.of(major << 8 | disk % 2 << 6 | partition);
  }

  /** a is 0, z 25, aa 26. */
  private static int disk(String letters) {
    int disk = 0;
    for (char letter : letters.toCharArray()) {
      disk = disk * 26 + (letter - 'a' + 1);
    }
    return disk - 1;
  }

  private static int number(String digits) {
    return digits == null || digits.isEmpty() ? 0 : Integer.parseInt(digits);
  }

  /** Decimal, as written: a leading zero makes nothing octal. */
  private static String withoutLeadingZeros(String digits) {
    return digits.startsWith("0x") ? digits : digits.replaceFirst("^0+(?=\\d)", "");
  }
}
