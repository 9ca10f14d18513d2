package io.xengarden.domain.pebble.blkfront;

import io.xengarden.abi.BlkifResponse;
import io.xengarden.abi.BlkifRing;
import io.xengarden.abi.FrontRing;
import io.xengarden.abi.RingCorrupt;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Grants;
import io.xengarden.domain.pebble.kernel.Scheduler;
import io.xengarden.domain.pebble.kernel.Vcpu;

/** Takes responses off a disk's ring. */
public final class BlockEvents {
  private BlockEvents() {}

  /** The disk's port has rung. */
  public static void raised(Vcpu v, int slot) {
    Vbd vbd = new Vbd(v.memory(), slot);
    if (!vbd.is(Vbd.RUNNING)) {
      return;
    }
    try {
      do {
        drain(v, vbd);
      } while (FrontRing.finalCheckForResponses(v.memory(), vbd.ring(), vbd.rspCons()));
    } catch (RingCorrupt e) {
      stop(v, vbd, e.getMessage());
    }
  }

  /** There are never more responses than requests, or the ring is corrupt: so this ends. */
  private static void drain(Vcpu v, Vbd vbd) {
    int first = vbd.rspCons();
    int count = FrontRing.unconsumedResponses(v.memory(), vbd.ring(), first, vbd.pushed() - first);
    for (int i = 0; i < count; i++) {
      BlkifResponse response = BlkifRing.readResponse(v.memory(), vbd.ring(), first + i);
      long id = response.id();
      boolean ours = id >= 0 && id < Shadow.COUNT;
      Shadow shadow = ours ? new Shadow(v.memory(), vbd, (int) id) : null;
      if (shadow == null || shadow.state() != Shadow.State.PUSHED) {
        throw new RingCorrupt("response to request " + id + " that is not pending");
      }
      vbd.rspCons(first + i + 1);
      complete(v, vbd, shadow, response.status());
    }
  }

  private static void complete(Vcpu v, Vbd vbd, Shadow shadow, int status) {
    count(vbd, shadow.request().operation(), status);
    boolean returned = endGrants(v, vbd, shadow);
    if (status == BlkifRing.STATUS_EOPNOTSUPP && retryWithout(v, vbd, shadow)) {
      return;
    }
    finish(v, vbd, shadow, returned ? status : BlkifRing.STATUS_ERROR, returned);
  }

  /** A flush that the backend does not know after all is done in the next best way. */
  private static boolean retryWithout(Vcpu v, Vbd vbd, Shadow shadow) {
    if (shadow.request().operation() != BlkifRing.OP_FLUSH_DISKCACHE) {
      return false;
    }
    vbd.set(vbd.is(Vbd.FLUSH) ? Vbd.FLUSH : Vbd.BARRIER, false);
    Block.issue(v, vbd, shadow);
    Block.kick(v, vbd);
    tellOwner(v, shadow);
    return true;
  }

  private static void count(Vbd vbd, int operation, int status) {
    switch (operation) {
      case BlkifRing.OP_READ -> vbd.countRead();
      case BlkifRing.OP_WRITE -> vbd.countWrite();
      default -> vbd.countFlush();
    }
    if (status != BlkifRing.STATUS_OKAY) {
      vbd.countError();
    }
  }

  /** Takes back the grants of a request; false while the backend uses one of them. */
  static boolean endGrants(Vcpu v, Vbd vbd, Shadow shadow) {
    boolean all = true;
    for (int segment = 0; segment < shadow.request().segments(); segment++) {
      all &= Grants.end(v, Grefs.segment(vbd.slot(), shadow.index(), segment));
    }
    return all;
  }

  private static void finish(Vcpu v, Vbd vbd, Shadow shadow, int status, boolean returned) {
    shadow.status(status);
    shadow.state(Shadow.State.DONE);
    if (!returned) {
      shadow.held(true);
      v.log(Printf.text("blkfront: %s: backend keeps a page of a finished request", vbd.name()));
      new Task(v.memory(), shadow.task()).set(Task.PAGES_LOST, true);
    }
    tellOwner(v, shadow);
  }

  private static void tellOwner(Vcpu v, Shadow shadow) {
    Task owner = new Task(v.memory(), shadow.task());
    if (owner.waitsFor() == Wait.BLOCK_DONE) {
      Scheduler.wake(v, owner);
    }
  }

  /** A backend that breaks the protocol is not spoken to again; what it still has, fails. */
  static void stop(Vcpu v, Vbd vbd, String why) {
    v.log(Printf.text("blkfront: %s: disabled: %s", vbd.name(), why));
    vbd.set(Vbd.RUNNING, false);
    vbd.set(Vbd.FAILED, true);
    failAll(v, vbd);
  }

  /** Fails everything that is not done; the pages of what is on the ring stay the backend's. */
  static void failAll(Vcpu v, Vbd vbd) {
    for (int index = 0; vbd.ring() != 0 && index < Shadow.COUNT; index++) {
      Shadow shadow = new Shadow(v.memory(), vbd, index);
      switch (shadow.state()) {
        case WAITING -> finish(v, vbd, shadow, BlkifRing.STATUS_ERROR, true);
        case PUSHED -> finish(v, vbd, shadow, BlkifRing.STATUS_ERROR, endGrants(v, vbd, shadow));
        case FREE, DONE, LOST -> {}
      }
    }
  }
}
