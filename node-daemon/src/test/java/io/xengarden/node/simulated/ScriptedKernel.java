package io.xengarden.node.simulated;

import io.xengarden.abi.ConsoleRing;
import io.xengarden.abi.EvtchnOp;
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
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * A kernel that does what its command line says and no more: {@code idle} sleeps, {@code
 * exit=crash} (or poweroff, reboot, …) shuts down at once, {@code throw} is broken, {@code print=N}
 * prints the numbers 1 to N as fast as the console takes them, and {@code spoil} writes an index
 * into the console ring that cannot be.
 */
public final class ScriptedKernel implements KernelImage {
  public static final String NAME = "builtin:scripted";

  private static final long START = 1;
  private static final long IDLE = 2;
  private static final long PRINT = 3;

  /** In its own frame, for the arguments of hypercalls. */
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
    switch ((int) context.rip) {
      case (int) START -> {
        StartInfo info = StartInfo.readFrom(cpu.memory(), context.rsi);
        context.rbx = info.sharedInfo();
        context.r12 = info.consoleMfn() << Memory.PAGE_SHIFT;
        context.r13 = info.consoleEvtchn();
        context.rip = IDLE;
        obey(info.cmdLine(), context, cpu);
      }
      case (int) PRINT -> print(context, cpu);
      default -> idle(context, cpu);
    }
  }

  private static void obey(String script, VcpuContext context, GuestCpu cpu) {
    String argument = script.substring(script.indexOf('=') + 1);
    switch (script.split("=")[0]) {
      case "throw" -> throw new IllegalStateException("the guest is broken, as asked");
      case "exit" -> {
        ShutdownReason reason = ShutdownReason.valueOf(argument.toUpperCase(Locale.ROOT));
        cpu.memory().putInt(ARGUMENT, reason.number());
        schedOp(context, cpu, SchedOp.SHUTDOWN);
      }
      case "print" -> {
        context.r14 = 1;
        context.r15 = Long.parseLong(argument);
        context.rip = PRINT;
      }
      case "spoil" -> {
        cpu.memory().putInt(context.r12 + ConsoleRing.OUT_PROD, 1 << 30);
        ring(context, cpu);
      }
      default -> {}
    }
  }

  /** r14 is the next number, rbp how many bytes of its line are printed already. */
  private static void print(VcpuContext context, GuestCpu cpu) {
    takeEvents(context, cpu);
    boolean printed = false;
    while (context.r14 <= context.r15) {
      byte[] line = (context.r14 + "\n").getBytes(StandardCharsets.US_ASCII);
      int at = (int) context.rbp;
      int more = ConsoleRing.writeOut(cpu.memory(), context.r12, line, at, line.length - at);
      printed |= more > 0;
      context.rbp += more;
      if (context.rbp < line.length) {
        break;
      }
      context.rbp = 0;
      context.r14++;
    }
    if (printed) {
      ring(context, cpu);
    } else {
      schedOp(context, cpu, SchedOp.BLOCK);
    }
  }

  private static void ring(VcpuContext context, GuestCpu cpu) {
    cpu.memory().putInt(ARGUMENT, (int) context.r13);
    context.rax = Hypercall.EVENT_CHANNEL_OP;
    context.rdi = EvtchnOp.SEND;
    context.rsi = ARGUMENT;
    cpu.hypercall(context);
  }

  private static void idle(VcpuContext context, GuestCpu cpu) {
    takeEvents(context, cpu);
    schedOp(context, cpu, SchedOp.BLOCK);
  }

  /** Before looking at what they are about: an event that comes after the look ends the sleep. */
  private static void takeEvents(VcpuContext context, GuestCpu cpu) {
    SharedInfo.clearUpcallPending(cpu.memory(), context.rbx, cpu.vcpu());
    SharedInfo.takePendingSel(cpu.memory(), context.rbx, cpu.vcpu());
    SharedInfo.clearPending(cpu.memory(), context.rbx, (int) context.r13);
  }

  private static void schedOp(VcpuContext context, GuestCpu cpu, int op) {
    context.rax = Hypercall.SCHED_OP;
    context.rdi = op;
    context.rsi = ARGUMENT;
    cpu.hypercall(context);
  }
}
