package io.xengarden.abi;

/**
 * Operations of grant_table_op (rdi op, rsi array, rdx count) and their elements, as byte offsets.
 * Source: xen/include/public/grant_table.h.
 */
public final class GnttabOp {
  public static final int MAP_GRANT_REF = 0;
  public static final int UNMAP_GRANT_REF = 1;
  public static final int SETUP_TABLE = 2;
  public static final int DUMP_TABLE = 3;
  public static final int TRANSFER = 4;
  public static final int COPY = 5;
  public static final int QUERY_SIZE = 6;
  public static final int UNMAP_AND_REPLACE = 7;
  public static final int SET_VERSION = 8;
  public static final int GET_STATUS_FRAMES = 9;
  public static final int GET_VERSION = 10;
  public static final int SWAP_GRANT_REF = 11;
  public static final int CACHE_FLUSH = 12;

  /** Flags of {@link MapGrantRef}. */
  public static final int MAP_DEVICE = 1;

  public static final int MAP_HOST = 2;
  public static final int MAP_READONLY = 4;
  public static final int MAP_APPLICATION = 8;
  public static final int MAP_CONTAINS_PTE = 16;

  /** Flags of {@link Copy}: which side is a grant and not a gfn of the caller. */
  public static final int COPY_SOURCE_GREF = 1;

  public static final int COPY_DEST_GREF = 2;

  /** host_addr u64, flags u32, ref u32, dom u16; out: status s16, handle u32, dev_bus_addr u64. */
  public static final class MapGrantRef {
    public static final int HOST_ADDR = 0;
    public static final int FLAGS = 8;
    public static final int REF = 12;
    public static final int DOM = 16;
    public static final int STATUS = 18;
    public static final int HANDLE = 20;
    public static final int DEV_BUS_ADDR = 24;
    public static final int SIZE = 32;

    private MapGrantRef() {}
  }

  /** host_addr u64, dev_bus_addr u64, handle u32; out: status s16. */
  public static final class UnmapGrantRef {
    public static final int HOST_ADDR = 0;
    public static final int DEV_BUS_ADDR = 8;
    public static final int HANDLE = 16;
    public static final int STATUS = 20;
    public static final int SIZE = 24;

    private UnmapGrantRef() {}
  }

  /** dom u16, nr_frames u32; out: status s16; frame_list: address of u64[]. */
  public static final class SetupTable {
    public static final int DOM = 0;
    public static final int NR_FRAMES = 4;
    public static final int STATUS = 8;
    public static final int FRAME_LIST = 16;
    public static final int SIZE = 24;

    private SetupTable() {}
  }

  /**
   * source and dest: gref u32 or gfn u64, domid u16, offset u16; len u16, flags u16; out: status
   * s16.
   */
  public static final class Copy {
    public static final int SOURCE = 0;
    public static final int SOURCE_DOMID = 8;
    public static final int SOURCE_OFFSET = 10;
    public static final int DEST = 16;
    public static final int DEST_DOMID = 24;
    public static final int DEST_OFFSET = 26;
    public static final int LEN = 32;
    public static final int FLAGS = 34;
    public static final int STATUS = 36;
    public static final int SIZE = 40;

    private Copy() {}
  }

  /** dom u16; out: nr_frames u32, max_nr_frames u32, status s16. */
  public static final class QuerySize {
    public static final int DOM = 0;
    public static final int NR_FRAMES = 4;
    public static final int MAX_NR_FRAMES = 8;
    public static final int STATUS = 12;
    public static final int SIZE = 16;

    private QuerySize() {}
  }

  /** version u32, in and out. */
  public static final class SetVersion {
    public static final int VERSION = 0;
    public static final int SIZE = 4;

    private SetVersion() {}
  }

  /** dom u16; out: version u32. */
  public static final class GetVersion {
    public static final int DOM = 0;
    public static final int VERSION = 4;
    public static final int SIZE = 8;

    private GetVersion() {}
  }

  private GnttabOp() {}
}
