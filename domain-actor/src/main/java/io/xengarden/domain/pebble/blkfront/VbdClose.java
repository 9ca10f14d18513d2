package io.xengarden.domain.pebble.blkfront;

import io.xengarden.abi.EvtchnOp;
import io.xengarden.abi.Hypercall;
import io.xengarden.domain.pebble.image.Extents;
import io.xengarden.domain.pebble.image.Ports;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Grants;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.machine.Memory;

/**
 * Ends the use of a disk: what is on the ring is waited for, for a while, unless the backend is
 * gone already; what was not issued fails. The ring stays for a reconnect; with the device gone for
 * good it is freed when all tasks have taken back their requests.
 */
public final class VbdClose extends Routine<VbdClose.At> {
  /** How long a closing backend may take for what it has been given. */
  static final long PATIENCE_NS = 5_000_000_000L;

  private static final int SLOT = 0;
  private static final int DEADLINE = 1;

  /** Its steps. */
  public enum At {
    START,
    DRAIN,
    PORT_CLOSED,
    EMPTY
  }

  public VbdClose() {
    super(Entry.VBD_CLOSE, At.class);
  }

  @Override
  public int locals() {
    return 2;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    Vbd vbd = new Vbd(v.memory(), (int) task.local(SLOT));
    switch (at) {
      case START -> {
        task.local(DEADLINE, v.now() + PATIENCE_NS);
        v.goTo(at(At.DRAIN));
      }
      case DRAIN -> drain(v, vbd, task.local(DEADLINE));
      case PORT_CLOSED -> {
        new Ports(v.memory()).unbind(vbd.port());
        vbd.port(0);
        v.goTo(at(At.EMPTY));
      }
      case EMPTY -> empty(v, vbd);
    }
  }

  private void drain(Vcpu v, Vbd vbd, long deadline) {
    boolean busy = vbd.is(Vbd.RUNNING) && vbd.rspCons() != vbd.reqProd();
    if (busy && !vbd.is(Vbd.GONE) && v.now() < deadline) {
      v.parkUntil(Wait.BLOCK_ROOM, vbd.slot(), deadline, at(At.DRAIN));
      return;
    }
    vbd.set(Vbd.RUNNING, false);
    BlockEvents.failAll(v, vbd);
    if (vbd.port() == 0) {
      v.goTo(at(At.EMPTY));
    } else {
      v.memory().putInt(v.task().scratch() + EvtchnOp.Close.PORT, vbd.port());
      v.hypercall(
          Hypercall.EVENT_CHANNEL_OP, EvtchnOp.CLOSE, v.task().scratch(), at(At.PORT_CLOSED));
    }
  }

  private void empty(Vcpu v, Vbd vbd) {
    if (vbd.ring() == 0 || !vbd.is(Vbd.GONE)) {
      v.ret(0);
    } else if (isHeldByTasks(v, vbd)) {
      v.park(Wait.BLOCK_ROOM, vbd.slot(), at(At.EMPTY));
    } else {
      boolean free = Grants.end(v, Grefs.ring(vbd.slot()));
      for (int index = 0; index < Shadow.COUNT; index++) {
        free &= new Shadow(v.memory(), vbd, index).state() == Shadow.State.FREE;
      }
      if (free) {
        new Extents(v.memory()).free(vbd.ring() >>> Memory.PAGE_SHIFT, VbdConnect.PAGES);
      } else {
        v.log(Printf.text("blkfront: %s: backend keeps pages", vbd.name()));
      }
      vbd.ring(0);
      v.ret(0);
    }
  }

  private static boolean isHeldByTasks(Vcpu v, Vbd vbd) {
    for (int index = 0; index < Shadow.COUNT; index++) {
      Shadow shadow = new Shadow(v.memory(), vbd, index);
      if (shadow.state() != Shadow.State.FREE && shadow.state() != Shadow.State.LOST) {
        return true;
      }
    }
    return false;
  }
}
