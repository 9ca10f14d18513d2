package io.xengarden.domain.pebble.blkfront;

import io.xengarden.abi.BlkifRequest;
import io.xengarden.abi.BlkifRing;
import io.xengarden.abi.BlkifSegment;
import io.xengarden.abi.Errno;
import io.xengarden.abi.FrontRing;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Grants;
import io.xengarden.domain.pebble.kernel.Scheduler;
import io.xengarden.domain.pebble.kernel.Vcpu;
import java.util.ArrayList;
import java.util.List;

/**
 * Disks as programs use them: {@link #submit} some requests, {@link #kick} once, park for {@code
 * Wait.BLOCK_DONE}, {@link #take} back what is done. A request that finds no room has the task park
 * for {@code Wait.BLOCK_ROOM} with the slot as key.
 */
public final class Block {
  /** A request that came back: 0 or a negative errno. */
  public record Done(long tag, long result) {}

  /** What became of a submission. */
  public enum Submitted {
    YES,
    /** All of the disk's requests are in use: nothing has happened. */
    FULL,
    /** There is no such disk any more. */
    GONE
  }

  private static final int SLOT_BITS = 8;

  private Block() {}

  /** The disk with this name, "xvda" or "/dev/xvda"; -1 when there is none. */
  public static long find(Vcpu v, String name) {
    String bare = name.startsWith("/dev/") ? name.substring("/dev/".length()) : name;
    for (Vbd vbd : disks(v)) {
      if (vbd.name().equals(bare)) {
        return (long) vbd.devid() << SLOT_BITS | vbd.slot();
      }
    }
    return -1;
  }

  /** Disks there are, by slot. */
  public static List<Vbd> disks(Vcpu v) {
    List<Vbd> disks = new ArrayList<>();
    for (int slot = 0; slot < Layout.VBD_COUNT; slot++) {
      Vbd vbd = new Vbd(v.memory(), slot);
      if (vbd.is(Vbd.USED)) {
        disks.add(vbd);
      }
    }
    return disks;
  }

  /** The record of a disk that was found before; null when it is gone. */
  public static Vbd vbd(Vcpu v, long disk) {
    Vbd vbd = new Vbd(v.memory(), (int) (disk & (1 << SLOT_BITS) - 1));
    return vbd.is(Vbd.USED) && vbd.devid() == disk >>> SLOT_BITS ? vbd : null;
  }

  /** What a task that found a disk FULL waits for, with {@code Wait.BLOCK_ROOM}. */
  public static long roomKey(long disk) {
    return disk & (1 << SLOT_BITS) - 1;
  }

  /** Hands a request to a disk that has been connected once; it stays there until taken back. */
  public static Submitted submit(Vcpu v, long disk, BlockRequest request) {
    Vbd vbd = vbd(v, disk);
    if (vbd == null || vbd.ring() == 0 || vbd.is(Vbd.GONE)) {
      return Submitted.GONE;
    }
    Shadow shadow = freeShadow(v, vbd);
    if (shadow == null) {
      return Submitted.FULL;
    }
    Task task = v.task();
    shadow.fill(request, task.address());
    task.inFlight(task.inFlight() + 1);
    if (vbd.isUsable()) {
      issue(v, vbd, shadow);
    } else {
      shadow.status(BlkifRing.STATUS_ERROR);
      shadow.state(Shadow.State.DONE);
    }
    return Submitted.YES;
  }

  private static Shadow freeShadow(Vcpu v, Vbd vbd) {
    for (int index = 0; index < Shadow.COUNT; index++) {
      Shadow shadow = new Shadow(v.memory(), vbd, index);
      boolean letGo = shadow.state() == Shadow.State.LOST && BlockEvents.endGrants(v, vbd, shadow);
      if (shadow.state() == Shadow.State.FREE || letGo) {
        return shadow;
      }
    }
    return null;
  }

  /** Shows the backend what has been submitted. */
  public static void kick(Vcpu v, long disk) {
    Vbd vbd = vbd(v, disk);
    if (vbd != null) {
      kick(v, vbd);
    }
  }

  static void kick(Vcpu v, Vbd vbd) {
    if (!vbd.is(Vbd.RUNNING) || vbd.pushed() == vbd.reqProd()) {
      return;
    }
    int before = vbd.pushed();
    vbd.pushed(vbd.reqProd());
    if (FrontRing.pushRequests(v.memory(), vbd.ring(), before, vbd.reqProd())) {
      v.send(vbd.port());
    }
  }

  /** A finished request of the running task, which is free again; null when none is finished. */
  public static Done take(Vcpu v, long disk) {
    Vbd vbd = vbd(v, disk);
    if (vbd == null || vbd.ring() == 0) {
      return null;
    }
    for (int index = 0; index < Shadow.COUNT; index++) {
      Shadow shadow = new Shadow(v.memory(), vbd, index);
      if (shadow.state() == Shadow.State.DONE && shadow.task() == v.task().address()) {
        Done done = new Done(shadow.tag(), result(shadow.status()));
        release(v, vbd, shadow);
        return done;
      }
    }
    return null;
  }

  /** Lets go of what a task that ends still has at disks; true when nothing is in flight. */
  public static boolean letGo(Vcpu v, Task task) {
    if (task.inFlight() == 0) {
      return true;
    }
    for (Vbd vbd : disks(v)) {
      for (int index = 0; vbd.ring() != 0 && index < Shadow.COUNT; index++) {
        Shadow shadow = new Shadow(v.memory(), vbd, index);
        boolean over =
            shadow.state() == Shadow.State.DONE || shadow.state() == Shadow.State.WAITING;
        if (over && shadow.task() == task.address()) {
          release(v, vbd, shadow);
        }
      }
    }
    return task.inFlight() == 0;
  }

  /** Frees a request and lets somebody else have it. */
  static void release(Vcpu v, Vbd vbd, Shadow shadow) {
    Task task = new Task(v.memory(), shadow.task());
    task.inFlight(task.inFlight() - 1);
    shadow.state(shadow.isHeld() ? Shadow.State.LOST : Shadow.State.FREE);
    Scheduler.wakeAll(v, Wait.BLOCK_ROOM, vbd.slot());
  }

  /** Puts a request onto the ring, or lets it wait for the disk to be connected. */
  static void issue(Vcpu v, Vbd vbd, Shadow shadow) {
    if (!vbd.is(Vbd.RUNNING)) {
      shadow.state(Shadow.State.WAITING);
      return;
    }
    BlockRequest request = shadow.request();
    int operation = request.operation();
    if (operation == BlkifRing.OP_FLUSH_DISKCACHE && !vbd.is(Vbd.FLUSH)) {
      if (!vbd.is(Vbd.BARRIER)) {
        // Without a cache to flush, what is written is written.
        shadow.status(BlkifRing.STATUS_OKAY);
        shadow.state(Shadow.State.DONE);
        return;
      }
      operation = BlkifRing.OP_WRITE_BARRIER;
    }
    BlkifRequest wire =
        new BlkifRequest(
            operation,
            vbd.devid() & 0xffff,
            shadow.index(),
            request.sector(),
            segments(v, vbd, shadow.index(), request));
    BlkifRing.writeRequest(v.memory(), vbd.ring(), vbd.reqProd(), wire);
    vbd.reqProd(vbd.reqProd() + 1);
    shadow.state(Shadow.State.PUSHED);
  }

  private static List<BlkifSegment> segments(Vcpu v, Vbd vbd, int index, BlockRequest request) {
    Grants.Access access =
        request.operation() == BlkifRing.OP_READ
            ? Grants.Access.BACKEND_WRITES
            : Grants.Access.BACKEND_READS;
    List<BlkifSegment> segments = new ArrayList<>(request.segments());
    int left = request.sectorCount();
    for (int segment = 0; left > 0; segment++) {
      int gref = Grefs.segment(vbd.slot(), index, segment);
      long page = request.buffer() + (long) segment * BlkifRing.SECTORS_PER_PAGE * 512;
      Grants.grant(v, gref, vbd.backendId(), access, page);
      int here = Math.min(left, BlkifRing.SECTORS_PER_PAGE);
      segments.add(new BlkifSegment(gref, 0, here - 1));
      left -= here;
    }
    return segments;
  }

  private static long result(int status) {
    return switch (status) {
      case BlkifRing.STATUS_OKAY -> 0;
      case BlkifRing.STATUS_EOPNOTSUPP -> Errno.EOPNOTSUPP.result();
      default -> Errno.EIO.result();
    };
  }
}
