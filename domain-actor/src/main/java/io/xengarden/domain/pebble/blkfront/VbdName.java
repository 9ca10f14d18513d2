package io.xengarden.domain.pebble.blkfront;

/** Names of disks by their virtual-device number, as Linux's blkfront gives them. */
final class VbdName {
  private static final int EXTENDED = 1 << 28;
  private static final int XVD_MAJOR = 202;
  private static final int IDE0_MAJOR = 3;
  private static final int IDE1_MAJOR = 22;
  private static final int SCSI_MAJOR = 8;
  private static final int LETTERS = 26;

  private VbdName() {}

  static String of(int devid) {
    if ((devid & EXTENDED) != 0) {
      return disk("xvd", (devid & EXTENDED - 1) >>> 8, devid & 0xff);
    }
    int major = devid >>> 8;
    int minor = devid & 0xff;
    return switch (major) {
      case XVD_MAJOR -> disk("xvd", minor >>> 4, minor & 0xf);
      case SCSI_MAJOR -> disk("sd", minor >>> 4, minor & 0xf);
      case IDE0_MAJOR -> disk("hd", minor >>> 6, minor & 0x3f);
      case IDE1_MAJOR -> disk("hd", 2 + (minor >>> 6), minor & 0x3f);
      default -> "vbd" + devid;
    };
  }

  private static String disk(String prefix, int disk, int partition) {
    String letters = "";
    for (int rest = disk; rest >= 0; rest = rest / LETTERS - 1) {
      letters = (char) ('a' + rest % LETTERS) + letters;
    }
    return prefix + letters + (partition == 0 ? "" : partition);
  }
}
