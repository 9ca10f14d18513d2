package io.xengarden.abi;

/** Bit numbers of XENVER_get_features, submap 0. Source: xen/include/public/features.h. */
public final class XenFeatures {
  public static final int WRITABLE_PAGE_TABLES = 0;
  public static final int WRITABLE_DESCRIPTOR_TABLES = 1;

  /** The guest deals in gfns only and needs no p2m of its own. */
  public static final int AUTO_TRANSLATED_PHYSMAP = 2;

  public static final int SUPERVISOR_MODE_KERNEL = 3;
  public static final int PAE_PGDIR_ABOVE_4GB = 4;
  public static final int MMU_PT_UPDATE_PRESERVE_AD = 5;
  public static final int HIGHMEM_ASSIST = 6;
  public static final int GNTTAB_MAP_AVAIL_BITS = 7;
  public static final int HVM_CALLBACK_VECTOR = 8;
  public static final int HVM_SAFE_PVCLOCK = 9;
  public static final int HVM_PIRQS = 10;
  public static final int DOM0 = 11;
  public static final int NR_SUBMAPS = 1;

  private XenFeatures() {}

  /** The submap bit of a feature. */
  public static int bit(int feature) {
    return 1 << feature;
  }
}
