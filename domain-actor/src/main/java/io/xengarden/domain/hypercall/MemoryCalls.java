package io.xengarden.domain.hypercall;

import io.xengarden.abi.Errno;
import io.xengarden.abi.MemoryOp;
import io.xengarden.abi.MemoryOp.AddToPhysmap;
import io.xengarden.abi.MemoryOp.RemoveFromPhysmap;
import io.xengarden.domain.vcpu.LiveDomain;
import io.xengarden.domain.vcpu.Vcpu;
import io.xengarden.hypervisor.DomainSignal.ReservationGranted;
import io.xengarden.machine.Memory;

/** memory_op of an auto-translated domain. Source: xen/common/memory.c, xen/arch/x86/mm.c. */
final class MemoryCalls {
  private final LiveDomain domain;
  private final Physmap physmap;

  MemoryCalls(LiveDomain domain, Physmap physmap) {
    this.domain = domain;
    this.physmap = physmap;
  }

  long call(Vcpu caller, long command, long argument) {
    return switch ((int) command & MemoryOp.CMD_MASK) {
      case MemoryOp.ADD_TO_PHYSMAP -> addToPhysmap(argument);
      case MemoryOp.REMOVE_FROM_PHYSMAP -> removeFromPhysmap(argument);
      case MemoryOp.CURRENT_RESERVATION, MemoryOp.MAXIMUM_RESERVATION ->
          isSelf(argument) ? domain.xen().pages() : Errno.EPERM.result();
      default -> Errno.ENOSYS.result();
    };
  }

  /** Whether an operation may have to wait for the hypervisor. */
  boolean mayWait(long command) {
    return switch ((int) command & MemoryOp.CMD_MASK) {
      case MemoryOp.DECREASE_RESERVATION, MemoryOp.POPULATE_PHYSMAP -> true;
      default -> false;
    };
  }

  void granted(ReservationGranted granted) {
    throw new UnsupportedOperationException();
  }

  private long addToPhysmap(long argument) {
    Memory memory = domain.memory();
    long index = memory.getLong(argument + AddToPhysmap.IDX);
    long gfn = memory.getLong(argument + AddToPhysmap.GPFN);
    if (!isSelf(argument + AddToPhysmap.DOMID)) {
      return Errno.EPERM.result();
    }
    return switch (memory.getInt(argument + AddToPhysmap.SPACE)) {
      case MemoryOp.SPACE_SHARED_INFO ->
          index == 0 ? physmap.placeSharedInfo(gfn) : Errno.EINVAL.result();
      case MemoryOp.SPACE_GRANT_TABLE -> physmap.placeGrantFrame(index, gfn);
      default -> Errno.EINVAL.result();
    };
  }

  private long removeFromPhysmap(long argument) {
    long gfn = domain.memory().getLong(argument + RemoveFromPhysmap.GPFN);
    return isSelf(argument + RemoveFromPhysmap.DOMID) ? physmap.remove(gfn) : Errno.EPERM.result();
  }

  private boolean isSelf(long address) {
    return domain.isSelf(Short.toUnsignedInt(domain.memory().getShort(address)));
  }
}
