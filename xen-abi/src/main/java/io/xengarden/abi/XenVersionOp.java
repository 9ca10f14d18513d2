package io.xengarden.abi;

/**
 * Operations of xen_version (rdi op, rsi buffer) and the sizes and offsets of what they fill.
 * Source: xen/include/public/version.h.
 */
public final class XenVersionOp {
  public static final int VERSION = 0;
  public static final int EXTRAVERSION = 1;
  public static final int COMPILE_INFO = 2;
  public static final int CAPABILITIES = 3;
  public static final int CHANGESET = 4;
  public static final int PLATFORM_PARAMETERS = 5;
  public static final int GET_FEATURES = 6;
  public static final int PAGESIZE = 7;
  public static final int GUEST_HANDLE = 8;
  public static final int COMMANDLINE = 9;
  public static final int BUILD_ID = 10;

  /** Bytes of each buffer; the strings end in NUL. VERSION and PAGESIZE return their answer. */
  public static final int EXTRAVERSION_SIZE = 16;

  public static final int CAPABILITIES_SIZE = 1024;
  public static final int CHANGESET_SIZE = 64;
  public static final int PLATFORM_PARAMETERS_SIZE = 8;
  public static final int GUEST_HANDLE_SIZE = 16;
  public static final int COMMANDLINE_SIZE = 1024;

  /** compiler char[64], compile_by char[16], compile_domain char[32], compile_date char[32]. */
  public static final class CompileInfo {
    public static final int COMPILER = 0;
    public static final int COMPILE_BY = 64;
    public static final int COMPILE_DOMAIN = 80;
    public static final int COMPILE_DATE = 112;
    public static final int SIZE = 144;

    private CompileInfo() {}
  }

  /** submap_idx u32; out: submap u32, see {@link XenFeatures}. */
  public static final class FeatureInfo {
    public static final int SUBMAP_IDX = 0;
    public static final int SUBMAP = 4;
    public static final int SIZE = 8;

    private FeatureInfo() {}
  }

  /** len u32, in room for and out length of the bytes that follow. */
  public static final class BuildId {
    public static final int LEN = 0;
    public static final int BUF = 4;
    public static final int SIZE = 4;

    private BuildId() {}
  }

  private XenVersionOp() {}
}
