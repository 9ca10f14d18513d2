package io.xengarden.domain.pebble.programs.disk;

import io.xengarden.abi.Errno;
import io.xengarden.abi.XenbusState;
import io.xengarden.domain.pebble.blkfront.Block;
import io.xengarden.domain.pebble.blkfront.Vbd;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.programs.operand.Arguments;

/**
 * Finds a disk by name and waits until it is connected: a disk that is being connected, and for a
 * background job, which may have been started before, one that has not come yet.
 */
public final class OpenDisk extends Routine<OpenDisk.At> {
  /** How long a disk is awaited, in guest time. */
  static final long PATIENCE_NS = 30_000_000_000L;

  private static final int ARGUMENT = 0;
  private static final int FROM = 1;
  private static final int DEADLINE = 2;

  /** Its steps. */
  public enum At {
    START,
    LOOK
  }

  public OpenDisk() {
    super(Entry.OPEN_DISK, At.class);
  }

  /**
   * Arguments: index of the word, index of its first character that belongs to the name. Returns
   * the disk for {@link Block}, or a negative errno.
   */
  @Override
  public int locals() {
    return 3;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    switch (at) {
      case START -> {
        task.local(DEADLINE, v.now() + PATIENCE_NS);
        v.goTo(at(At.LOOK));
      }
      case LOOK -> look(v, task);
    }
  }

  private void look(Vcpu v, Task task) {
    String word = Arguments.of(v).get((int) task.local(ARGUMENT));
    long disk = Block.find(v, word.substring((int) task.local(FROM)));
    Vbd vbd = disk < 0 ? null : Block.vbd(v, disk);
    if (vbd != null && vbd.state() == XenbusState.CONNECTED && vbd.is(Vbd.KNOWN)) {
      v.ret(disk);
    } else if (isHopeless(task, vbd) || v.now() >= task.local(DEADLINE)) {
      v.ret(vbd == null ? Errno.ENOENT.result() : Errno.ENODEV.result());
    } else {
      v.parkUntil(Wait.DEVICE, 0, task.local(DEADLINE), at(At.LOOK));
    }
  }

  private static boolean isHopeless(Task task, Vbd vbd) {
    if (vbd == null) {
      return !task.is(Task.BACKGROUND);
    }
    return vbd.is(Vbd.FAILED) || vbd.is(Vbd.GONE);
  }
}
