package io.xengarden.abi;

/**
 * Operations of memory_op and their argument structs, as byte offsets. The low 6 bits of rdi are
 * the operation, the rest is the extent to go on from. Source: xen/include/public/memory.h.
 */
public final class MemoryOp {
  public static final int INCREASE_RESERVATION = 0;
  public static final int DECREASE_RESERVATION = 1;
  public static final int MAXIMUM_RAM_PAGE = 2;
  public static final int CURRENT_RESERVATION = 3;
  public static final int MAXIMUM_RESERVATION = 4;
  public static final int MACHPHYS_MFN_LIST = 5;
  public static final int POPULATE_PHYSMAP = 6;
  public static final int ADD_TO_PHYSMAP = 7;
  public static final int MEMORY_MAP = 9;
  public static final int MACHINE_MEMORY_MAP = 10;
  public static final int EXCHANGE = 11;
  public static final int MACHPHYS_MAPPING = 12;
  public static final int SET_MEMORY_MAP = 13;
  public static final int MAXIMUM_GPFN = 14;
  public static final int REMOVE_FROM_PHYSMAP = 15;
  public static final int SET_POD_TARGET = 16;
  public static final int GET_POD_TARGET = 17;
  public static final int CLAIM_PAGES = 24;
  public static final int GET_VNUMAINFO = 26;

  public static final int CMD_MASK = 0x3f;
  public static final int START_EXTENT_SHIFT = 6;

  /** Spaces of {@link AddToPhysmap}. */
  public static final int SPACE_SHARED_INFO = 0;

  public static final int SPACE_GRANT_TABLE = 1;

  /** extent_start: address of u64[], nr_extents u64, extent_order u32, mem_flags u32, domid u16. */
  public static final class Reservation {
    public static final int EXTENT_START = 0;
    public static final int NR_EXTENTS = 8;
    public static final int EXTENT_ORDER = 16;
    public static final int MEM_FLAGS = 20;
    public static final int DOMID = 24;
    public static final int SIZE = 32;

    private Reservation() {}
  }

  /** domid u16, size u16, space u32, idx u64, gpfn u64. */
  public static final class AddToPhysmap {
    public static final int DOMID = 0;
    public static final int NR = 2;
    public static final int SPACE = 4;
    public static final int IDX = 8;
    public static final int GPFN = 16;
    public static final int SIZE = 24;

    private AddToPhysmap() {}
  }

  /** domid u16, gpfn u64. */
  public static final class RemoveFromPhysmap {
    public static final int DOMID = 0;
    public static final int GPFN = 8;
    public static final int SIZE = 16;

    private RemoveFromPhysmap() {}
  }

  /** domid u16: argument of CURRENT_RESERVATION, MAXIMUM_RESERVATION, MAXIMUM_GPFN. */
  public static final class Domain {
    public static final int DOMID = 0;
    public static final int SIZE = 2;

    private Domain() {}
  }

  private MemoryOp() {}
}
