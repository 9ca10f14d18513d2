package io.xengarden.domain.pebble.blkfront;

import io.xengarden.abi.BlkifRing;
import io.xengarden.abi.Errno;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.store.Store;

/** Reads what a connected backend says of its disk: at first, and again when it has changed. */
public final class VbdConfigure extends Routine<VbdConfigure.At> {
  /** A size beyond this many sectors, 8 EiB, is a backend's mistake. */
  private static final long SECTORS_MAX = 1L << 54;

  private static final int SLOT = 0;

  /** Its steps. */
  public enum At {
    SECTORS,
    INFO,
    FLUSH,
    BARRIER,
    DONE
  }

  public VbdConfigure() {
    super(Entry.VBD_CONFIGURE, At.class);
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
      case SECTORS -> read(v, vbd, "sectors", At.INFO);
      case INFO -> {
        long sectors = number(v);
        if (sectors < 0 || sectors > SECTORS_MAX) {
          v.log(Printf.text("blkfront: %s: backend tells no size", vbd.name()));
          v.ret(Errno.EINVAL.result());
        } else {
          resize(v, vbd, sectors);
          read(v, vbd, "info", At.FLUSH);
        }
      }
      case FLUSH -> {
        vbd.info((int) Math.max(0, number(v)));
        vbd.set(Vbd.READ_ONLY, (vbd.info() & BlkifRing.VDISK_READONLY) != 0);
        read(v, vbd, "feature-flush-cache", At.BARRIER);
      }
      case BARRIER -> {
        vbd.set(Vbd.FLUSH, number(v) == 1);
        read(v, vbd, "feature-barrier", At.DONE);
      }
      case DONE -> {
        vbd.set(Vbd.BARRIER, number(v) == 1);
        v.ret(0);
      }
    }
  }

  private void read(Vcpu v, Vbd vbd, String node, At next) {
    Store.read(v, vbd.backend() + "/" + node, at(next));
  }

  /** The number that was read, or -1. */
  private static long number(Vcpu v) {
    String text = v.task().result() > 0 ? Store.reply(v) : "";
    return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
  }

  private static void resize(Vcpu v, Vbd vbd, long sectors) {
    if (vbd.is(Vbd.KNOWN) && vbd.sectors() != sectors) {
      v.log(
          Printf.text(
              "blkfront: %s: detected capacity change from %d to %d",
              vbd.name(), vbd.sectors(), sectors));
    }
    vbd.sectors(sectors);
  }
}
