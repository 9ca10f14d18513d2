package io.xengarden.domain;

import static io.xengarden.domain.GuestPrograms.AT;
import static io.xengarden.domain.GuestPrograms.LIMIT;
import static io.xengarden.domain.GuestPrograms.RESULTS;
import static io.xengarden.domain.GuestPrograms.SHARED;
import static io.xengarden.domain.GuestPrograms.TIMER_PORT;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.EventSink;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.VcpuContext;
import io.xengarden.abi.Virq;
import io.xengarden.domain.DomainCommand.CaptureRefused;
import io.xengarden.domain.DomainCommand.CaptureReply;
import io.xengarden.domain.DomainCommand.CaptureState;
import io.xengarden.domain.DomainCommand.Resume;
import io.xengarden.domain.DomainCommand.ResumeMode;
import io.xengarden.domain.DomainCommand.ResumeRefused;
import io.xengarden.domain.DomainCommand.ResumeReply;
import io.xengarden.domain.DomainCommand.Resumed;
import io.xengarden.domain.DomainCommand.StateCaptured;
import io.xengarden.domain.SimHost.Running;
import io.xengarden.domain.builder.BuiltDomain;
import io.xengarden.domain.builder.DomainBuilder;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.ResumeDomain;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.machine.Memory;
import io.xengarden.sim.Simulation;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Suspended domains: cancelled, resumed, captured and restored; with and without amnesia. */
class DomainSuspendTest {
  private static final long BEFORE = RESULTS;
  private static final long AFTER = RESULTS + 8;
  private static final long RAX = RESULTS + 16;
  private static final long WORK = RESULTS + 24;
  private static final long START_INFO_GFN = 1;

  /** Suspends, then counts what rax said, and counts on until told to stop by an event. */
  private static void suspends(VcpuContext context, GuestCpu cpu) {
    Memory memory = cpu.memory();
    switch ((int) context.rip) {
      case 1 -> {
        memory.putLong(BEFORE, Calls.systemTime(cpu, SHARED));
        context.rip = 2;
        Calls.shutdown(cpu, context, AT, ShutdownReason.SUSPEND, START_INFO_GFN);
      }
      case 2 -> {
        memory.putLong(AFTER, Calls.systemTime(cpu, SHARED));
        memory.putLong(RAX, context.rax + 100);
        context.rip = 3;
      }
      case 3 -> {
        context.rip = 4;
        memory.putLong(WORK, memory.getLong(WORK) + 1);
        Calls.block(cpu, context);
      }
      default -> {
        Calls.takeEvent(cpu, SHARED, 1);
        context.rip = 3;
      }
    }
  }

  private static final KernelImage SUSPENDS =
      new StepKernel("suspends", DomainSuspendTest::suspends);

  @ParameterizedTest
  @EnumSource
  void aCancelledSuspendReturnsOneAndKeepsEveryPort(GuestMode mode) {
    try (Simulation sim = new Simulation(8);
        SimHost host = new SimHost(sim, 1)) {
      Running domain = host.run(SUSPENDS, 1, mode);
      int[] raised = {0};
      EventSink toGuest = GuestPrograms.bind(host, domain, 1, () -> raised[0]++);
      assertThat(host.awaitShutdown(domain.domid(), LIMIT)).isEqualTo(ShutdownReason.SUSPEND);
      sim.run(Duration.ofSeconds(2));

      resume(host, domain, ResumeMode.CANCELLED);

      Memory memory = domain.xen().memory();
      assertThat(memory.getLong(RAX)).isEqualTo(101);
      assertThat(memory.getLong(AFTER) - memory.getLong(BEFORE))
          .as("system time has gone on")
          .isGreaterThanOrEqualTo(2_000_000_000L);
      toGuest.raise();
      sim.run(Duration.ofMillis(10));
      assertThat(memory.getLong(WORK)).as("the port still works").isEqualTo(2);
      assertThat(host.status(domain.domid()).orElseThrow().flags().shutdown()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSlowResumeReturnsZeroAndKeepsOnlyStoreAndConsole(GuestMode mode) {
    try (Simulation sim = new Simulation(9);
        SimHost host = new SimHost(sim, 1)) {
      Running domain = host.run(SUSPENDS, 2, mode);
      host.awaitShutdown(domain.domid(), LIMIT);
      long extra = domain.xen().events().bindIpi(0);

      resume(host, domain, ResumeMode.RESTORED);

      assertThat(domain.xen().memory().getLong(RAX)).isEqualTo(100);
      assertThat(domain.xen().memory().getLong(WORK)).isEqualTo(1);
      assertThat(extra).isEqualTo(3);
      assertThat(domain.xen().events().nextOpen(2)).as("nothing beyond port 2").isEqualTo(-1);
    }
  }

  @Test
  void onlyASuspendedDomainIsCapturedOrResumed() {
    try (Simulation sim = new Simulation(10);
        SimHost host = new SimHost(sim, 1)) {
      Running domain = host.run(new StepKernel("echo", GuestPrograms::echo), 1, GuestMode.NORMAL);

      assertThat(host.<DomainCommand, CaptureReply>ask(domain.actor(), CaptureState::new))
          .isEqualTo(new CaptureRefused("domain 1 is not suspended"));
      assertThat(
              host.<DomainCommand, ResumeReply>ask(
                  domain.actor(), replyTo -> new Resume(ResumeMode.CANCELLED, replyTo)))
          .isEqualTo(new ResumeRefused("domain 1 is not suspended"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCapturedDomainGoesOnInAnotherWithItsTimeAndPages(GuestMode mode) {
    try (Simulation sim = new Simulation(11);
        SimHost host = new SimHost(sim, 1)) {
      Running source = host.run(SUSPENDS, 1, mode);
      host.awaitShutdown(source.domid(), LIMIT);
      sim.run(Duration.ofSeconds(3));
      CaptureReply reply = host.ask(source.actor(), CaptureState::new);
      CapturedState state = ((StateCaptured) reply).state();
      sim.run(Duration.ofSeconds(7)); // the way to the other host

      XenDomain xen = host.createDomain(1);
      source.xen().memory().copyTo(0, xen.memory(), 0, SimHost.PAGES << 12);
      host.destroy(source.domid());
      BuiltDomain built = DomainBuilder.restore(xen, state, host.wallclock());
      Running target = host.start(xen, built, SUSPENDS, mode);
      host.unpause(target.domid());
      sim.run(Duration.ofMillis(10));

      Memory memory = target.xen().memory();
      assertThat(memory.getLong(RAX)).as("suspend returned 0").isEqualTo(100);
      assertThat(memory.getLong(WORK)).isEqualTo(1);
      assertThat(memory.getLong(AFTER))
          .as("goes on from when it was captured, not before")
          .isBetween(state.guestTimeNs(), state.guestTimeNs() + 10_000_000);
      assertThat(memory.getLong(AFTER)).isGreaterThan(memory.getLong(BEFORE));
      int[] raised = {0};
      EventSink toGuest = GuestPrograms.bind(host, target, built.storePort(), () -> raised[0]++);
      toGuest.raise();
      sim.run(Duration.ofMillis(10));
      assertThat(memory.getLong(WORK)).as("its new store port works").isEqualTo(2);
    }
  }

  /** vCPU 1 counts how often it gets out of its block; vCPU 0 suspends under it. */
  private static void suspendsUnderAnother(VcpuContext context, GuestCpu cpu) {
    Memory memory = cpu.memory();
    switch ((int) context.rip) {
      case 1 -> {
        context.rip = 2;
        Calls.startVcpu(cpu, context, 12 << 12, 1, 10);
        Calls.setTimer(cpu, context, Calls.systemTime(cpu, SHARED) + 1_000_000);
        memory.putInt(TIMER_PORT, Calls.bindVirq(cpu, context, AT, Virq.TIMER.number()));
        Calls.block(cpu, context);
      }
      case 2 -> {
        context.rip = 3;
        Calls.shutdown(cpu, context, AT, ShutdownReason.SUSPEND, START_INFO_GFN);
      }
      case 10 -> {
        memory.putLong(WORK, memory.getLong(WORK) + 1);
        Calls.block(cpu, context);
      }
      default -> Calls.block(cpu, context);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyVcpuThatWasUpGoesOnAfterARestore(GuestMode mode) {
    KernelImage kernel = new StepKernel("two", DomainSuspendTest::suspendsUnderAnother);
    try (Simulation sim = new Simulation(13);
        SimHost host = new SimHost(sim, 2)) {
      Running source = host.run(kernel, 3, mode);
      host.awaitShutdown(source.domid(), LIMIT);
      CaptureReply reply = host.ask(source.actor(), CaptureState::new);
      CapturedState state = ((StateCaptured) reply).state();
      assertThat(state.vcpus()).extracting(CapturedState.CapturedVcpu::vcpu).containsExactly(0, 1);

      XenDomain xen = host.createDomain(3);
      source.xen().memory().copyTo(0, xen.memory(), 0, SimHost.PAGES << 12);
      long before = xen.memory().getLong(WORK);
      BuiltDomain built = DomainBuilder.restore(xen, state, host.wallclock());
      Running target = host.start(xen, built, kernel, mode);
      host.unpause(target.domid());
      sim.run(Duration.ofMillis(10));

      assertThat(xen.memory().getLong(WORK)).as("out of its block, once").isEqualTo(before + 1);
      assertThat(host.status(target.domid()).orElseThrow().onlineVcpus()).isEqualTo(2);
    }
  }

  private static void resume(SimHost host, Running domain, ResumeMode mode) {
    ResumeReply reply = host.ask(domain.actor(), replyTo -> new Resume(mode, replyTo));
    assertThat(reply).isEqualTo(new Resumed());
    host.<DomctlReply>ask(replyTo -> new ResumeDomain(domain.domid(), replyTo));
    host.sim.run(Duration.ofMillis(10));
  }
}
