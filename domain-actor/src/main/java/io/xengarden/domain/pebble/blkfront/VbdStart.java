package io.xengarden.domain.pebble.blkfront;

import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;

/** Puts a connected disk to use: what waited, and what was under way elsewhere, is issued again. */
public final class VbdStart extends Routine<VbdStart.At> {
  private static final int SLOT = 0;

  /** Its steps. */
  public enum At {
    START
  }

  public VbdStart() {
    super(Entry.VBD_START, At.class);
  }

  @Override
  public int locals() {
    return 1;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Vbd vbd = new Vbd(v.memory(), (int) v.task().local(SLOT));
    boolean again = vbd.is(Vbd.KNOWN);
    vbd.set(Vbd.RUNNING, true);
    vbd.set(Vbd.KNOWN, true);
    int issued = 0;
    for (int index = 0; index < Shadow.COUNT; index++) {
      Shadow shadow = new Shadow(v.memory(), vbd, index);
      switch (shadow.state()) {
        case WAITING, PUSHED -> {
          Block.issue(v, vbd, shadow);
          issued++;
        }
        case FREE, DONE, LOST -> {}
      }
    }
    Block.kick(v, vbd);
    report(v, vbd, again, issued);
    v.ret(0);
  }

  private static void report(Vcpu v, Vbd vbd, boolean again, int issued) {
    String flush = vbd.is(Vbd.FLUSH) ? "flush" : vbd.is(Vbd.BARRIER) ? "barrier" : "none";
    String text =
        Printf.text(
            "blkfront: %s: %s, %d 512-byte sectors%s, cache control: %s",
            vbd.name(),
            again ? "connected again" : "connected",
            vbd.sectors(),
            vbd.is(Vbd.READ_ONLY) ? ", read-only" : "",
            flush);
    v.log(issued == 0 ? text : text + Printf.text(", %d requests issued again", issued));
  }
}
