package io.xengarden.domain.pebble.netfront;

import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.EvtchnOp;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.SharedRing;
import io.xengarden.domain.pebble.image.Extents;
import io.xengarden.domain.pebble.image.Ports;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Grants;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Upcall;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.net.Ethernet;
import io.xengarden.domain.pebble.store.Store;
import io.xengarden.domain.pebble.xenbus.DeviceKind;
import io.xengarden.machine.Memory;

/** Makes an interface's rings and port, and tells the backend of them. */
public final class VifConnect extends Routine<VifConnect.At> {
  private static final int SLOT = 0;

  /** Its steps. */
  public enum At {
    START,
    MAC_READ,
    GRANTS_MAPPED,
    PORT_MADE,
    RX_RING,
    EVENT_CHANNEL,
    RX_COPY,
    RX_NOTIFY,
    WRITTEN
  }

  public VifConnect() {
    super(Entry.VIF_CONNECT, At.class);
  }

  @Override
  public int locals() {
    return 1;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Vif vif = new Vif(v.memory(), (int) v.task().local(SLOT));
    switch (at) {
      case START -> Store.read(v, vif.path(DeviceKind.VIF) + "/mac", at(At.MAC_READ));
      case MAC_READ -> macRead(v, vif);
      case GRANTS_MAPPED -> grantRings(v, vif);
      case PORT_MADE -> portMade(v, vif);
      case RX_RING -> write(v, vif, "rx-ring-ref", VifGrefs.rxRing(vif.slot()), At.EVENT_CHANNEL);
      case EVENT_CHANNEL -> write(v, vif, "event-channel", vif.port(), At.RX_COPY);
      case RX_COPY -> write(v, vif, "request-rx-copy", 1, At.RX_NOTIFY);
      case RX_NOTIFY -> write(v, vif, "feature-rx-notify", 1, At.WRITTEN);
      case WRITTEN -> v.ret(Math.min(v.task().result(), 0));
    }
  }

  private void macRead(Vcpu v, Vif vif) {
    long mac = v.task().result() > 0 ? Ethernet.parseMac(Store.reply(v)) : Ethernet.NO_MAC;
    if (mac == Ethernet.NO_MAC) {
      v.ret(Errno.EINVAL.result());
    } else if (!NetThread.ensure(v) || !makeRings(v, vif)) {
      v.ret(Errno.ENOMEM.result());
    } else {
      vif.mac(mac);
      v.call(Entry.MAP_GRANTS, at(At.GRANTS_MAPPED), VifGrefs.frames(vif.slot()));
    }
  }

  private static boolean makeRings(Vcpu v, Vif vif) {
    if (vif.ring() == 0) {
      long gfn = new Extents(v.memory()).allocate(Vif.PAGES, v.state().ramPages());
      if (gfn < 0) {
        return false;
      }
      vif.ring(gfn << Memory.PAGE_SHIFT);
      v.memory().fill(vif.ring(), 2L * Memory.PAGE_SIZE, (byte) 0);
    }
    vif.set(Vif.RUNNING, false);
    vif.reset();
    SharedRing.init(v.memory(), vif.ring());
    SharedRing.init(v.memory(), vif.rxRing());
    return true;
  }

  private void grantRings(Vcpu v, Vif vif) {
    if (v.task().result() != 0) {
      v.ret(v.task().result());
      return;
    }
    int slot = vif.slot();
    if (!VifGrefs.endAll(v, slot)) {
      v.ret(Errno.EBUSY.result()); // the backend before still maps some
      return;
    }
    Grants.Access access = Grants.Access.BACKEND_WRITES;
    Grants.grant(v, VifGrefs.txRing(slot), vif.backendId(), access, vif.ring());
    Grants.grant(v, VifGrefs.rxRing(slot), vif.backendId(), access, vif.rxRing());
    long argument = v.task().scratch();
    v.memory().putShort(argument + EvtchnOp.AllocUnbound.DOM, (short) Domid.SELF.value());
    v.memory().putShort(argument + EvtchnOp.AllocUnbound.REMOTE_DOM, (short) vif.backendId());
    v.hypercall(Hypercall.EVENT_CHANNEL_OP, EvtchnOp.ALLOC_UNBOUND, argument, at(At.PORT_MADE));
  }

  private void portMade(Vcpu v, Vif vif) {
    long answer = v.answer();
    int port = v.memory().getInt(v.task().scratch() + EvtchnOp.AllocUnbound.PORT);
    if (answer != 0 || !Ports.fits(port)) {
      v.ret(answer != 0 ? answer : Errno.ENOSPC.result());
      return;
    }
    vif.port(port);
    Upcall.open(v, port, Ports.Kind.VIF, vif.slot());
    write(v, vif, "tx-ring-ref", VifGrefs.txRing(vif.slot()), At.RX_RING);
  }

  private void write(Vcpu v, Vif vif, String node, int value, At next) {
    Store.write(v, vif.path(DeviceKind.VIF) + "/" + node, Integer.toString(value), at(next));
  }
}
