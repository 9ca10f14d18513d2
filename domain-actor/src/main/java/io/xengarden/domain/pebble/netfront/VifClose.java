package io.xengarden.domain.pebble.netfront;

import io.xengarden.abi.EvtchnOp;
import io.xengarden.abi.Hypercall;
import io.xengarden.domain.pebble.image.Extents;
import io.xengarden.domain.pebble.image.Ports;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.machine.Memory;

/**
 * Ends the use of an interface. Frames on the rings are lost, as frames may be; the pages stay for
 * a reconnect, and are freed when the device is gone for good.
 */
public final class VifClose extends Routine<VifClose.At> {
  private static final int SLOT = 0;

  /** Its steps. */
  public enum At {
    START,
    PORT_CLOSED,
    FREE
  }

  public VifClose() {
    super(Entry.VIF_CLOSE, At.class);
  }

  @Override
  public int locals() {
    return 1;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Vif vif = new Vif(v.memory(), (int) v.task().local(SLOT));
    switch (at) {
      case START -> {
        vif.set(Vif.RUNNING, false);
        if (vif.port() == 0) {
          v.goTo(at(At.FREE));
        } else {
          v.memory().putInt(v.task().scratch() + EvtchnOp.Close.PORT, vif.port());
          v.hypercall(
              Hypercall.EVENT_CHANNEL_OP, EvtchnOp.CLOSE, v.task().scratch(), at(At.PORT_CLOSED));
        }
      }
      case PORT_CLOSED -> {
        new Ports(v.memory()).unbind(vif.port());
        vif.port(0);
        v.goTo(at(At.FREE));
      }
      case FREE -> {
        if (vif.ring() != 0 && vif.is(Vif.GONE)) {
          free(v, vif);
        }
        v.ret(0);
      }
    }
  }

  private static void free(Vcpu v, Vif vif) {
    if (VifGrefs.endAll(v, vif.slot())) {
      new Extents(v.memory()).free(vif.ring() >>> Memory.PAGE_SHIFT, Vif.PAGES);
    } else {
      v.log(Printf.text("netfront: %s: backend keeps pages", vif.name()));
    }
    vif.ring(0);
  }
}
