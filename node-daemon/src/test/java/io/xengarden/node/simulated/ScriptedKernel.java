package io.xengarden.node.simulated;

import io.xengarden.abi.Hypercall;
import io.xengarden.abi.SchedOp;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.StartInfo;
import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.Guest;
import io.xengarden.domain.GuestCpu;
import io.xengarden.domain.KernelImage;
import io.xengarden.machine.Memory;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * A kernel that does what its command line says and no more: {@code idle} sleeps, {@code
 * exit=crash} (or poweroff, reboot, …) shuts down at once, {@code throw} is broken.
 */
public final class ScriptedKernel implements KernelImage {
  public static final String NAME = "builtin:scripted";

  private static final long START = 1;

  private static final long IDLE = 2;

  /** In its own frame, for the argument of SCHEDOP_shutdown. */
  private static final long ARGUMENT = 0x800;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int pages() {
    return 1;
  }

  @Override
  public long minimumPages() {
    return 16;
  }

  @Override
  public long entry() {
    return START;
  }

  @Override
  public void place(Memory memory, RandomGenerator entropy) {
    memory.putLong(0, entropy.nextLong());
  }

  @Override
  public Guest newGuest() {
    return ScriptedKernel::run;
  }

  private static void run(VcpuContext context, GuestCpu cpu) {
    cpu.use(10_000);
    if (context.rip == START) {
      StartInfo info = StartInfo.readFrom(cpu.memory(), context.rsi);
      context.rip = IDLE;
      context.rbx = info.sharedInfo();
      obey(info.cmdLine(), context, cpu);
    } else {
      idle(context, cpu);
    }
  }

  private static void obey(String script, VcpuContext context, GuestCpu cpu) {
    if (script.equals("throw")) {
      throw new IllegalStateException("the guest is broken, as asked");
    }
    if (script.startsWith("exit=")) {
      String reason = script.substring("exit=".length()).toUpperCase(Locale.ROOT);
      cpu.memory().putInt(ARGUMENT, ShutdownReason.valueOf(reason).number());
      schedOp(context, cpu, SchedOp.SHUTDOWN);
    }
  }

  /** Takes what events there are, and sleeps until the next. */
  private static void idle(VcpuContext context, GuestCpu cpu) {
    SharedInfo.clearUpcallPending(cpu.memory(), context.rbx, cpu.vcpu());
    SharedInfo.takePendingSel(cpu.memory(), context.rbx, cpu.vcpu());
    schedOp(context, cpu, SchedOp.BLOCK);
  }

  private static void schedOp(VcpuContext context, GuestCpu cpu, int op) {
    context.rax = Hypercall.SCHED_OP;
    context.rdi = op;
    context.rsi = ARGUMENT;
    cpu.hypercall(context);
  }
}
