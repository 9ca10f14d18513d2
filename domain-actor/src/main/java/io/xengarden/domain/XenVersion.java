package io.xengarden.domain;

/** Which Xen a guest, or `xl info`, is told it runs on. */
public final class XenVersion {
  public static final int MAJOR = 4;
  public static final int MINOR = 17;
  public static final String EXTRA = ".7";
  public static final String CAPABILITIES = "xen-3.0-x86_64 xen-3.0-x86_32p";
  public static final String CHANGESET = "xengarden";
  public static final long VIRT_START = 0xffff_8000_0000_0000L;
  public static final String COMPILER = "javac 25";
  public static final String COMPILE_BY = "xengarden";
  public static final String COMPILE_DOMAIN = "localdomain";
  public static final String COMPILE_DATE = "";

  private XenVersion() {}
}
