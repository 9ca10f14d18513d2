package io.xengarden.domain.pebble.image;

import io.xengarden.machine.Memory;

/**
 * Where the records of Pebble's kernel image lie, in bytes from gfn 0. Part of the image's format:
 * any change needs a new {@link #FORMAT}.
 *
 * <p>Arrays put their first elements beside each other in as few pages as possible, since most
 * guests use only those: an idle guest without disks touches three pages of the image.
 */
public final class Layout {
  /** Version of everything in this class, of every record, and of the table of steps. */
  public static final int FORMAT = 2;

  /** "PEBBLEKN", as eight bytes of ASCII in memory. */
  public static final long MAGIC = 0x4e4b_454c_4242_4550L;

  public static final int PAGES = 32;

  public static final long STATE = 0x0000;

  public static final long EXTENTS = 0x0200;
  public static final int EXTENT_COUNT = 63;

  public static final long VCPUS = 0x0600;
  public static final int VCPU_SIZE = 80;
  public static final int VCPU_COUNT = 32;

  public static final long PORTS = 0x1000;
  public static final int PORT_SIZE = 8;
  public static final int PORT_COUNT = 128;

  public static final long STORE = 0x1400;
  public static final int STORE_SIZE = 1024;

  /** The line being edited, then the line waiting for its reader. */
  public static final long TTY_LINES = 0x1800;

  public static final int TTY_LINE_SIZE = 1024;

  public static final long VBDS = 0x2000;
  public static final int VBD_SIZE = 256;
  public static final int VBD_COUNT = 16;

  public static final long VIFS = 0x3000;
  public static final int VIF_SIZE = 512;
  public static final int VIF_COUNT = 8;

  public static final int TASK_SIZE = 512;
  public static final int TASK_COUNT = 64;

  /**
   * Task 0 ends here, task 1 below it: so that the first tasks share a page with the log's start.
   */
  public static final long TASKS_END = 0xc800;

  public static final long LOG = 0xc800;
  public static final int LOG_SIZE = 16 * 1024;

  /** One past the last byte in use; the rest of the image's pages is never touched. */
  public static final long END = LOG + LOG_SIZE;

  private Layout() {}

  public static long task(int index) {
    return TASKS_END - (long) (index + 1) * TASK_SIZE;
  }

  public static long vcpu(int index) {
    return VCPUS + (long) index * VCPU_SIZE;
  }

  public static long vbd(int slot) {
    return VBDS + (long) slot * VBD_SIZE;
  }

  public static long vif(int slot) {
    return VIFS + (long) slot * VIF_SIZE;
  }

  /** Pages that hold {@code bytes}. */
  public static long pagesFor(long bytes) {
    return (bytes + Memory.PAGE_SIZE - 1) >>> Memory.PAGE_SHIFT;
  }
}
