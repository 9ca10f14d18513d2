package io.xengarden.domain.hypercall;

import io.xengarden.abi.Errno;
import io.xengarden.abi.MemoryOp;
import io.xengarden.abi.MemoryOp.AddToPhysmap;
import io.xengarden.abi.MemoryOp.RemoveFromPhysmap;
import io.xengarden.abi.MemoryOp.Reservation;
import io.xengarden.domain.Costs;
import io.xengarden.domain.vcpu.LiveDomain;
import io.xengarden.domain.vcpu.Vcpu;
import io.xengarden.domain.vcpu.Wait;
import io.xengarden.hypervisor.DomainSignal.ReservationGranted;
import io.xengarden.hypervisor.HypervisorCommand.ReservationChange;
import io.xengarden.machine.GuestMemory;

/** memory_op of an auto-translated domain. Source: xen/common/memory.c, xen/arch/x86/mm.c. */
final class MemoryCalls {
  /** Frames in one change of the reservation; what is more is left undone, as Xen may do. */
  static final int MAX_EXTENTS = 1024;

  private final LiveDomain domain;
  private final Physmap physmap;
  private final GuestMemory memory;

  MemoryCalls(LiveDomain domain, Physmap physmap) {
    this.domain = domain;
    this.physmap = physmap;
    this.memory = domain.memory();
  }

  long call(Vcpu caller, long command, long argument) {
    return switch ((int) command & MemoryOp.CMD_MASK) {
      case MemoryOp.ADD_TO_PHYSMAP -> addToPhysmap(argument);
      case MemoryOp.REMOVE_FROM_PHYSMAP -> removeFromPhysmap(argument);
      case MemoryOp.CURRENT_RESERVATION -> ofSelf(argument, physmap.ramPages());
      case MemoryOp.MAXIMUM_RESERVATION -> ofSelf(argument, domain.xen().pages());
      case MemoryOp.MAXIMUM_GPFN ->
          ofSelf(argument, (memory.size() >>> GuestMemory.PAGE_SHIFT) - 1);
      case MemoryOp.DECREASE_RESERVATION -> change(caller, argument, false);
      case MemoryOp.POPULATE_PHYSMAP -> change(caller, argument, true);
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

  long ramEnd() {
    return physmap.ramEnd();
  }

  private long addToPhysmap(long argument) {
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
    long gfn = memory.getLong(argument + RemoveFromPhysmap.GPFN);
    return isSelf(argument + RemoveFromPhysmap.DOMID) ? physmap.remove(gfn) : Errno.EPERM.result();
  }

  // ---- the balloon: rax is the number of frames done, a partial success is one ----

  private long change(Vcpu caller, long argument, boolean grow) {
    long list = memory.getLong(argument + Reservation.EXTENT_START);
    long count = memory.getLong(argument + Reservation.NR_EXTENTS);
    if (!isSelf(argument + Reservation.DOMID)) {
      return Errno.EPERM.result();
    }
    if (count < 0) {
      return Errno.EINVAL.result();
    }
    if (memory.getInt(argument + Reservation.EXTENT_ORDER) != 0) {
      return 0; // single pages only; Xen, too, does nothing for an order it does not allow
    }
    long total = Math.min(count, MAX_EXTENTS);
    Wait.Reservation next = start(caller, new Wait.Reservation(grow, list, total, 0, 0));
    if (next == null) {
      return 0;
    }
    caller.block(next);
    return 0;
  }

  /** One run is done, or part of it: on with the next, or the guest has its answer. */
  void answered(Vcpu vcpu, Wait.Reservation under, long pages) {
    long done = under.done() + Math.max(0, pages);
    physmap.changed(under.grow() ? Math.max(0, pages) : -Math.max(0, pages));
    Wait.Reservation next = null;
    if (pages == under.run()) {
      next = start(vcpu, new Wait.Reservation(under.grow(), under.list(), under.total(), done, 0));
    }
    if (next == null) {
      domain.answer(vcpu, done);
    } else {
      vcpu.waitOn(next);
    }
  }

  /** Frames for a run that grows. */
  void granted(ReservationGranted granted) {
    physmap.populate(granted.firstGfn(), granted.firstMfn(), granted.count());
  }

  /** Hands the next run to the hypervisor; null when there is none that may be changed. */
  private Wait.Reservation start(Vcpu vcpu, Wait.Reservation from) {
    Run run = nextRun(from);
    if (run.length() == 0) {
      return null;
    }
    if (!from.grow()) {
      physmap.depopulate(run.gfn(), run.length());
    }
    vcpu.charge(run.length() * Costs.PAGE);
    domain.tell(
        new ReservationChange(domain.domid(), vcpu.id(), run.gfn(), run.length(), from.grow()));
    return new Wait.Reservation(from.grow(), from.list(), from.total(), from.done(), run.length());
  }

  private record Run(long gfn, long length) {}

  /** Frames from {@code from.done()} on that follow one another and may be changed. */
  private Run nextRun(Wait.Reservation from) {
    long first = -1;
    long length = 0;
    for (long i = from.done(); i < from.total(); i++) {
      long address = from.list() + 8 * i;
      if (!memory.isMapped(address >>> GuestMemory.PAGE_SHIFT)) {
        break; // the list ends here
      }
      long gfn = memory.getLong(address);
      if (length == 0) {
        first = gfn;
      }
      if (gfn != first + length || !physmap.mayChange(gfn, from.grow())) {
        break;
      }
      length++;
    }
    return new Run(first, length);
  }

  private long ofSelf(long argument, long answer) {
    return isSelf(argument) ? answer : Errno.EPERM.result();
  }

  private boolean isSelf(long address) {
    return domain.isSelf(Short.toUnsignedInt(memory.getShort(address)));
  }
}
