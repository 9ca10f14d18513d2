package io.xengarden.domain;

import io.xengarden.abi.VcpuContext;
import io.xengarden.machine.Memory;

/** The processor that a guest runs on during one slice. */
public interface GuestCpu {
  int vcpu();

  /** Pseudo-physical memory, addressed by gfn * 4096 + offset. */
  Memory memory();

  /**
   * Executes the hypercall in the registers: number in rax, arguments in rdi, rsi, rdx, r10, r8,
   * pointers are pseudo-physical addresses. The result is in rax, at once or when the vCPU runs
   * again; rip must already point behind the hypercall. False when the slice is over for now
   * (blocked, waiting for the answer, down, shut down): return from {@code run}.
   */
  boolean hypercall(VcpuContext context);

  /** Accounts emulated CPU time, in nanoseconds of a pCPU. */
  void use(long units);

  /** Budget used, blocked, down, shut down or crashed. Looked at between steps. */
  boolean mustReturn();

  /**
   * Takes in events raised by others meanwhile, and says whether this vCPU has an upcall pending
   * and not masked. Cheap when nothing happened; looked at between steps.
   */
  boolean upcallPending();

  /** The time stamp counter: host nanoseconds. Guest time is computed from it by pvclock. */
  long rdtsc();

  /** A triple fault: the domain crashes with {@code why} in Xen's console ring. */
  void crash(String why);
}
