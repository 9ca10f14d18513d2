package io.xengarden.domain.pebble.netfront;

import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Scheduler;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.net.Ethernet;
import io.xengarden.domain.pebble.net.Inet4;

/** Puts a connected interface to use, and tells the net where its MAC is now. */
public final class VifStart extends Routine<VifStart.At> {
  private static final int SLOT = 0;

  /** Its steps. */
  public enum At {
    START
  }

  public VifStart() {
    super(Entry.VIF_START, At.class);
  }

  @Override
  public int locals() {
    return 1;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Vif vif = new Vif(v.memory(), (int) v.task().local(SLOT));
    boolean again = vif.is(Vif.KNOWN);
    if (!again) {
      Net.configureFirst(v, vif);
    }
    vif.set(Vif.RUNNING | Vif.KNOWN, true);
    VifRings.refill(v, vif);
    VifRings.kick(v, vif);
    Net.announce(v, vif);
    String address =
        vif.inet() == Inet4.NONE ? "no address" : Inet4.text(vif.inet()) + "/" + vif.prefix();
    v.log(
        Printf.text(
            "netfront: %s: %s, %s, %s",
            vif.name(),
            again ? "connected again" : "connected",
            Ethernet.text(vif.mac()),
            address));
    NetThread.wake(v); // what has come meanwhile rang nobody
    Scheduler.wakeAll(v, Wait.NET);
    v.ret(0);
  }
}
