package io.xengarden.domain.pebble.programs.disk;

import io.xengarden.domain.pebble.blkfront.Block;
import io.xengarden.domain.pebble.blkfront.BlockRequest;
import io.xengarden.domain.pebble.image.Extents;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.machine.Memory;

/** What programs that keep several block requests under way have in common. */
final class Transfers {
  /** Pages of one request. */
  static final int REQUEST_PAGES = BlockRequest.MAX_SECTORS / 8;

  static final int REQUEST_BYTES = REQUEST_PAGES * Memory.PAGE_SIZE;

  private Transfers() {}

  /** Gives the running task contiguous pages as its extent 0; false when there are none. */
  static boolean allocate(Vcpu v, long pages) {
    long gfn = new Extents(v.memory()).allocate(pages, v.state().ramPages());
    if (gfn < 0) {
      return false;
    }
    v.task().extent(0, gfn, pages);
    return true;
  }

  /** The address of a page of extent 0. */
  static long page(Vcpu v, long index) {
    return v.task().extentGfn(0) + index << Memory.PAGE_SHIFT;
  }

  /** Parks until something of this task is done; the step at {@code rip} then looks again. */
  static void await(Vcpu v, long disk, long rip) {
    if (v.task().inFlight() > 0) {
      v.park(Wait.BLOCK_DONE, 0, rip);
    } else {
      awaitRoom(v, disk, rip);
    }
  }

  /** Parks until the disk has room for another request. */
  static void awaitRoom(Vcpu v, long disk, long rip) {
    v.park(Wait.BLOCK_ROOM, Block.roomKey(disk), rip);
  }
}
