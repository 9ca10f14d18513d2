package io.xengarden.hypervisor;

/** Which Xen this is, wherever it is shown: xl info, xl dmesg, XENVER_* to guests. */
public final class XenVersion {
  public static final int MAJOR = 4;
  public static final int MINOR = 17;

  /** XENVER_extraversion, with its dot. */
  public static final String EXTRA = ".0-xengarden";

  private XenVersion() {}

  /** As in "4.17.0-xengarden". */
  public static String text() {
    return MAJOR + "." + MINOR + EXTRA;
  }
}
