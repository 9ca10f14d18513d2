package io.xengarden.domain.pebble.kernel;

import io.xengarden.abi.Domid;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.MemoryOp;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.machine.Memory;

/** Maps frames of the grant table above shared_info, as far as they are needed. */
public final class MapGrants extends Routine<MapGrants.At> {
  private static final int FRAMES = 0;

  /** Its steps. */
  public enum At {
    NEXT,
    MAPPED
  }

  public MapGrants() {
    super(Entry.MAP_GRANTS, At.class);
  }

  /** Argument: how many frames shall be mapped. Returns 0, or the negative errno. */
  @Override
  public int locals() {
    return 1;
  }

  /** Where entry 0 lies. */
  public static long table(Vcpu v) {
    return v.state().sharedInfo() + Memory.PAGE_SIZE;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    int mapped = v.state().grantFrames();
    switch (at) {
      case NEXT -> {
        if (mapped >= task.local(FRAMES)) {
          v.ret(0);
        } else {
          ask(v, task, mapped);
        }
      }
      case MAPPED -> {
        if (v.answer() == 0) {
          v.state().grantFrames(mapped + 1);
          v.goTo(at(At.NEXT));
        } else {
          v.ret(v.answer());
        }
      }
    }
  }

  private void ask(Vcpu v, Task task, int frame) {
    Memory memory = v.memory();
    long argument = task.scratch();
    memory.putShort(argument + MemoryOp.AddToPhysmap.DOMID, (short) Domid.SELF.value());
    memory.putShort(argument + MemoryOp.AddToPhysmap.NR, (short) 0);
    memory.putInt(argument + MemoryOp.AddToPhysmap.SPACE, MemoryOp.SPACE_GRANT_TABLE);
    memory.putLong(argument + MemoryOp.AddToPhysmap.IDX, frame);
    memory.putLong(argument + MemoryOp.AddToPhysmap.GPFN, (table(v) >>> Memory.PAGE_SHIFT) + frame);
    v.hypercall(Hypercall.MEMORY_OP, MemoryOp.ADD_TO_PHYSMAP, argument, at(At.MAPPED));
  }
}
