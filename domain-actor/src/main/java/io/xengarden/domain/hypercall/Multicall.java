package io.xengarden.domain.hypercall;

import io.xengarden.abi.Errno;
import io.xengarden.abi.Hypercall;
import io.xengarden.domain.Costs;
import io.xengarden.domain.vcpu.LiveDomain;
import io.xengarden.domain.vcpu.Vcpu;
import io.xengarden.machine.Memory;
import io.xengarden.machine.MemoryFault;

/**
 * multicall: several hypercalls for one entry. A call inside that ends the slice does so after the
 * last one, as on Xen; one that would have to wait for the hypervisor is refused with EOPNOTSUPP.
 * Source: xen/common/multicall.c.
 */
final class Multicall {
  /** Calls in one list; Linux batches 32. */
  static final int MAX_CALLS = 64;

  /** struct multicall_entry: op u64, result u64, args u64[6]. */
  static final int ENTRY_SIZE = 64;

  private static final int OP = 0;
  private static final int RESULT = 8;
  private static final int ARGUMENTS = 16;

  private final LiveDomain domain;
  private final Hypercalls calls;

  Multicall(LiveDomain domain, Hypercalls calls) {
    this.domain = domain;
    this.calls = calls;
  }

  long call(Vcpu caller, long list, long count) {
    if (count < 0 || count > MAX_CALLS) {
      return Errno.EINVAL.result();
    }
    for (long i = 0; i < count && !domain.isShutDown(); i++) {
      long entry = list + i * ENTRY_SIZE;
      caller.charge(Costs.MULTICALL_ENTRY);
      domain.memory().putLong(entry + RESULT, result(caller, entry));
    }
    return 0;
  }

  private long result(Vcpu caller, long entry) {
    Memory memory = domain.memory();
    long op = memory.getLong(entry + OP);
    long first = memory.getLong(entry + ARGUMENTS);
    if (calls.mayWait(op, first)) {
      return Errno.EOPNOTSUPP.result();
    }
    try {
      long second = memory.getLong(entry + ARGUMENTS + 8);
      long third = memory.getLong(entry + ARGUMENTS + 16);
      return op == Hypercall.MULTICALL
          ? Errno.EINVAL.result()
          : calls.dispatch(caller, op, first, second, third);
    } catch (MemoryFault fault) {
      return Errno.EFAULT.result();
    }
  }
}
