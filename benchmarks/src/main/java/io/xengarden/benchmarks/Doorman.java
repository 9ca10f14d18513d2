package io.xengarden.benchmarks;

import io.xengarden.abi.Hypercall;
import io.xengarden.abi.SchedOp;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.StartInfo;
import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.Guest;
import io.xengarden.domain.GuestCpu;
import io.xengarden.domain.KernelImage;
import io.xengarden.machine.Memory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** The smallest kernel: counts the upcalls it takes, for those outside, and blocks again. */
final class Doorman implements KernelImage {
  /** The port that rings: the first, which the builder makes for xenstore. */
  static final int PORT = 1;

  private static final long BOOT = 1;
  private static final long WAIT = 2;
  private static final long STEP_NS = 100;

  /** Upcalls taken. */
  final AtomicLong upcalls = new AtomicLong();

  @Override
  public String name() {
    return "doorman";
  }

  @Override
  public int pages() {
    return 1;
  }

  @Override
  public long minimumPages() {
    return 8;
  }

  @Override
  public long entry() {
    return BOOT;
  }

  @Override
  public void place(Memory memory, RandomGenerator entropy) {
    memory.putLong(0, entropy.nextLong());
  }

  @Override
  public Guest newGuest() {
    return this::run;
  }

  private void run(VcpuContext context, GuestCpu cpu) {
    while (!cpu.mustReturn()) {
      cpu.use(STEP_NS);
      if (context.rip == BOOT) {
        boot(context, cpu.memory());
      } else if (cpu.upcallPending()) {
        takeEvents(context, cpu.memory());
      } else {
        block(context, cpu);
      }
    }
  }

  private static void boot(VcpuContext context, Memory memory) {
    context.rbx = StartInfo.readFrom(memory, context.rsi).sharedInfo();
    context.rip = WAIT;
    SharedInfo.unmask(memory, context.rbx, PORT);
    SharedInfo.unmaskUpcalls(memory, context.rbx, 0);
  }

  private void takeEvents(VcpuContext context, Memory memory) {
    SharedInfo.clearUpcallPending(memory, context.rbx, 0);
    SharedInfo.takePendingSel(memory, context.rbx, 0);
    if (SharedInfo.clearPending(memory, context.rbx, PORT)) {
      upcalls.setRelease(upcalls.getPlain() + 1);
    }
  }

  private static void block(VcpuContext context, GuestCpu cpu) {
    context.rax = Hypercall.SCHED_OP;
    context.rdi = SchedOp.BLOCK;
    cpu.hypercall(context);
  }
}
