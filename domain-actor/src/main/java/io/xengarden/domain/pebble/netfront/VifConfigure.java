package io.xengarden.domain.pebble.netfront;

import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.store.Store;
import io.xengarden.domain.pebble.xenbus.DeviceKind;

/** Reads what the toolstack says of an interface whose backend is connected. */
public final class VifConfigure extends Routine<VifConfigure.At> {
  private static final int SLOT = 0;
  private static final int DEFAULT_MTU = 1500;
  private static final int MIN_MTU = 68;

  /** Its steps. */
  public enum At {
    MTU,
    DONE
  }

  public VifConfigure() {
    super(Entry.VIF_CONFIGURE, At.class);
  }

  @Override
  public int locals() {
    return 1;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Vif vif = new Vif(v.memory(), (int) v.task().local(SLOT));
    switch (at) {
      case MTU -> Store.read(v, vif.path(DeviceKind.VIF) + "/mtu", at(At.DONE));
      case DONE -> {
        String text = v.task().result() > 0 ? Store.reply(v) : "";
        int mtu = text.matches("[0-9]{2,5}") ? Integer.parseInt(text) : DEFAULT_MTU;
        vif.mtu(Math.max(MIN_MTU, mtu));
        v.ret(0);
      }
    }
  }
}
