package io.xengarden.domain.pebble.blkfront;

import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.EvtchnOp;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.SharedRing;
import io.xengarden.domain.pebble.image.Extents;
import io.xengarden.domain.pebble.image.Ports;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Grants;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Upcall;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.store.Store;
import io.xengarden.domain.pebble.xenbus.DeviceKind;
import io.xengarden.machine.Memory;

/** Makes a disk's ring and port, and tells the backend of them. */
public final class VbdConnect extends Routine<VbdConnect.At> {
  private static final int SLOT = 0;

  /** The ring, and the shadows behind it. */
  static final int PAGES = 2;

  /** Its steps. */
  public enum At {
    MAKE_RING,
    GRANTS_MAPPED,
    PORT_MADE,
    EVENT_CHANNEL,
    PROTOCOL,
    WRITTEN
  }

  public VbdConnect() {
    super(Entry.VBD_CONNECT, At.class);
  }

  @Override
  public int locals() {
    return 1;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    Vbd vbd = new Vbd(v.memory(), (int) task.local(SLOT));
    switch (at) {
      case MAKE_RING -> makeRing(v, vbd);
      case GRANTS_MAPPED -> grantRing(v, vbd);
      case PORT_MADE -> portMade(v, vbd);
      case EVENT_CHANNEL -> write(v, vbd, "event-channel", "" + vbd.port(), At.PROTOCOL);
      case PROTOCOL -> write(v, vbd, "protocol", "x86_64-abi", At.WRITTEN);
      case WRITTEN -> v.ret(Math.min(task.result(), 0));
    }
  }

  private void makeRing(Vcpu v, Vbd vbd) {
    if (vbd.ring() == 0) {
      long gfn = new Extents(v.memory()).allocate(PAGES, v.state().ramPages());
      if (gfn < 0) {
        v.ret(Errno.ENOMEM.result());
        return;
      }
      vbd.ring(gfn << Memory.PAGE_SHIFT);
      v.memory().fill(vbd.ring(), (long) PAGES * Memory.PAGE_SIZE, (byte) 0);
    }
    SharedRing.init(v.memory(), vbd.ring());
    vbd.set(Vbd.RUNNING, false);
    vbd.reqProd(0);
    vbd.pushed(0);
    vbd.rspCons(0);
    v.call(Entry.MAP_GRANTS, at(At.GRANTS_MAPPED), Grefs.frames(vbd.slot()));
  }

  private void grantRing(Vcpu v, Vbd vbd) {
    if (v.task().result() != 0) {
      v.ret(v.task().result());
      return;
    }
    int gref = Grefs.ring(vbd.slot());
    if (!Grefs.endAll(v, vbd.slot())) {
      v.ret(Errno.EBUSY.result()); // the backend before still maps some
      return;
    }
    Grants.grant(v, gref, vbd.backendId(), Grants.Access.BACKEND_WRITES, vbd.ring());
    long argument = v.task().scratch();
    v.memory().putShort(argument + EvtchnOp.AllocUnbound.DOM, (short) Domid.SELF.value());
    v.memory().putShort(argument + EvtchnOp.AllocUnbound.REMOTE_DOM, (short) vbd.backendId());
    v.hypercall(Hypercall.EVENT_CHANNEL_OP, EvtchnOp.ALLOC_UNBOUND, argument, at(At.PORT_MADE));
  }

  private void portMade(Vcpu v, Vbd vbd) {
    long answer = v.answer();
    int port = v.memory().getInt(v.task().scratch() + EvtchnOp.AllocUnbound.PORT);
    if (answer != 0 || !Ports.fits(port)) {
      v.ret(answer != 0 ? answer : Errno.ENOSPC.result());
      return;
    }
    vbd.port(port);
    Upcall.open(v, port, Ports.Kind.VBD, vbd.slot());
    write(v, vbd, "ring-ref", "" + Grefs.ring(vbd.slot()), At.EVENT_CHANNEL);
  }

  private void write(Vcpu v, Vbd vbd, String node, String value, At next) {
    Store.write(v, vbd.path(DeviceKind.VBD) + "/" + node, value, at(next));
  }
}
