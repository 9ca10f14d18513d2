package io.xengarden.domain;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.EventSink;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.VcpuContext;
import io.xengarden.abi.VcpuOp;
import io.xengarden.abi.Virq;
import io.xengarden.domain.SimHost.Running;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Port;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.PortBound;
import io.xengarden.machine.Memory;
import java.time.Duration;

/** Guests written down step by step, where they keep their results, and what dom0 does to them. */
final class GuestPrograms {
  static final long SHARED = Calls.sharedInfo(SimHost.PAGES);
  static final long AT = StepKernel.SCRATCH;

  /** Free RAM for results. */
  static final long RESULTS = 10 << 12;

  static final Duration LIMIT = Duration.ofSeconds(10);

  static final int ROUNDS = 100;
  static final long PORT_TO_0 = RESULTS;
  static final long PORT_TO_1 = RESULTS + 4;
  static final long HITS = RESULTS + 8;

  static final int TICKS = 20;
  static final long TICK_NS = 3_000_000;
  static final long DEADLINE = RESULTS;
  static final long COUNT = RESULTS + 8;
  static final long TIMER_PORT = RESULTS + 16;
  static final long LATEST = RESULTS + 24;

  /** Two vCPUs play by IPIs, {@link #ROUNDS} times, then power off. */
  static void pingPong(VcpuContext context, GuestCpu cpu) {
    Memory memory = cpu.memory();
    long own = AT + 0x100L * cpu.vcpu();
    switch ((int) context.rip) {
      case 1 -> { // vCPU 0 makes both ports and starts vCPU 1
        memory.putInt(PORT_TO_0, Calls.bindIpi(cpu, context, own, 0));
        memory.putInt(PORT_TO_1, Calls.bindIpi(cpu, context, own, 1));
        Calls.startVcpu(cpu, context, 12 << 12, 1, 10);
        context.rip = 2;
      }
      case 2 -> { // serve
        context.rip = 3;
        Calls.send(cpu, context, own, memory.getInt(PORT_TO_1));
      }
      case 3 -> { // wait
        context.rip = 4;
        Calls.block(cpu, context);
      }
      case 4 -> { // woken, maybe for nothing
        boolean hit = Calls.takeEvent(cpu, SHARED, memory.getInt(PORT_TO_0));
        memory.putInt(HITS, memory.getInt(HITS) + (hit ? 1 : 0));
        context.rip = !hit ? 3 : memory.getInt(HITS) == ROUNDS ? 5 : 2;
      }
      case 5 -> Calls.shutdown(cpu, context, own, ShutdownReason.POWEROFF, 0);
      case 10 -> {
        context.rip = 11;
        Calls.block(cpu, context);
      }
      case 11 -> {
        context.rip = 10;
        if (Calls.takeEvent(cpu, SHARED, memory.getInt(PORT_TO_1))) {
          Calls.send(cpu, context, own, memory.getInt(PORT_TO_0));
        }
      }
      default -> cpu.crash("step " + context.rip);
    }
  }

  /** Sleeps {@link #TICKS} times, and crashes when woken early. */
  static void timer(VcpuContext context, GuestCpu cpu) {
    Memory memory = cpu.memory();
    switch ((int) context.rip) {
      case 1 -> {
        memory.putInt(TIMER_PORT, Calls.bindVirq(cpu, context, AT, Virq.TIMER.number()));
        Calls.vcpuOp(cpu, context, VcpuOp.STOP_PERIODIC_TIMER, 0, 0);
        context.rip = 2;
      }
      case 2 -> {
        memory.putLong(DEADLINE, Calls.systemTime(cpu, SHARED) + TICK_NS);
        context.rip = 3;
        Calls.setTimer(cpu, context, memory.getLong(DEADLINE));
      }
      case 3 -> {
        context.rip = 4;
        Calls.block(cpu, context);
      }
      case 4 -> {
        boolean rang = Calls.takeEvent(cpu, SHARED, memory.getInt(TIMER_PORT));
        long late = Calls.systemTime(cpu, SHARED) - memory.getLong(DEADLINE);
        memory.putLong(LATEST, Math.max(memory.getLong(LATEST), late));
        if (rang && late < 0) {
          cpu.crash("early by " + -late);
        }
        memory.putLong(COUNT, memory.getLong(COUNT) + (rang ? 1 : 0));
        context.rip = !rang ? 3 : memory.getLong(COUNT) == TICKS ? 5 : 2;
      }
      case 5 -> Calls.shutdown(cpu, context, AT, ShutdownReason.POWEROFF, 0);
      default -> cpu.crash("step " + context.rip);
    }
  }

  /** Answers each event on port 1, and counts it. */
  static void echo(VcpuContext context, GuestCpu cpu) {
    Memory memory = cpu.memory();
    switch ((int) context.rip) {
      case 1 -> {
        context.rip = 2;
        Calls.block(cpu, context);
      }
      case 2 -> {
        context.rip = 1;
        if (Calls.takeEvent(cpu, SHARED, 1)) {
          memory.putInt(HITS, memory.getInt(HITS) + 1);
          Calls.send(cpu, context, AT, 1);
        }
      }
      default -> cpu.crash("step " + context.rip);
    }
  }

  static EventSink bind(SimHost host, Running domain, int port, EventSink local) {
    BindReply reply =
        host.ask(
            (ActorRef<BindReply> replyTo) ->
                new BindDom0Port(domain.domid(), port, local, replyTo));
    assertThat(reply).isInstanceOf(PortBound.class);
    return ((PortBound) reply).peer();
  }

  private GuestPrograms() {}
}
