package io.xengarden.domain;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.EventSink;
import io.xengarden.abi.EvtchnOp;
import io.xengarden.abi.EvtchnOp.AllocUnbound;
import io.xengarden.abi.EvtchnOp.BindInterdomain;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.MemoryOp;
import io.xengarden.abi.MemoryOp.Reservation;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.VcpuContext;
import io.xengarden.abi.VcpuOp;
import io.xengarden.abi.Virq;
import io.xengarden.domain.DomainCommand.CaptureRefused;
import io.xengarden.domain.DomainCommand.CaptureReply;
import io.xengarden.domain.DomainCommand.CaptureState;
import io.xengarden.domain.DomainCommand.DirtyLogStarted;
import io.xengarden.domain.DomainCommand.Resume;
import io.xengarden.domain.DomainCommand.ResumeMode;
import io.xengarden.domain.DomainCommand.ResumeRefused;
import io.xengarden.domain.DomainCommand.ResumeReply;
import io.xengarden.domain.DomainCommand.Resumed;
import io.xengarden.domain.DomainCommand.StartDirtyLog;
import io.xengarden.domain.DomainCommand.StateCaptured;
import io.xengarden.domain.DomainCommand.StopDirtyLog;
import io.xengarden.domain.SimHost.Running;
import io.xengarden.domain.builder.BuiltDomain;
import io.xengarden.domain.builder.DomainBuilder;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Port;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.DomainStatus;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.PortBound;
import io.xengarden.hypervisor.HypervisorCommand.ResumeDomain;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.machine.DirtyLog;
import io.xengarden.machine.Memory;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.Simulation;
import io.xengarden.sim.SimulationRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real domains on the real hypervisor, in virtual time; each story with and without amnesia. */
class DomainSimulationTest {
  private static final long SHARED = Calls.sharedInfo(SimHost.PAGES);
  private static final long AT = StepKernel.SCRATCH;

  /** Free RAM for results. */
  private static final long RESULTS = 10 << 12;

  private static final Duration LIMIT = Duration.ofSeconds(10);

  // ---- two vCPUs play ping-pong by IPIs ----

  private static final int ROUNDS = 100;
  private static final long PORT_TO_0 = RESULTS;
  private static final long PORT_TO_1 = RESULTS + 4;
  private static final long HITS = RESULTS + 8;

  private static void pingPong(VcpuContext context, GuestCpu cpu) {
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

  @ParameterizedTest
  @EnumSource
  void noEventBetweenVcpusIsLost(GuestMode mode) {
    KernelImage kernel = new StepKernel("ping-pong", DomainSimulationTest::pingPong);
    SimulationRunner.over(Seeds.first(20))
        .run(
            sim -> {
              try (SimHost host = new SimHost(sim, 1 + (int) (sim.seed() % 3))) {
                Running domain = host.run(kernel, 2, mode);
                assertThat(host.awaitShutdown(domain.domid(), LIMIT))
                    .isEqualTo(ShutdownReason.POWEROFF);
                assertThat(domain.xen().memory().getInt(HITS)).isEqualTo(ROUNDS);
              }
            });
  }

  // ---- a timer ----

  private static final int TICKS = 20;
  private static final long TICK_NS = 3_000_000;
  private static final long DEADLINE = RESULTS;
  private static final long COUNT = RESULTS + 8;
  private static final long TIMER_PORT = RESULTS + 16;
  private static final long LATEST = RESULTS + 24;

  private static void timer(VcpuContext context, GuestCpu cpu) {
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

  @ParameterizedTest
  @EnumSource
  void timersRingInTimeAndAnIdleGuestUsesNoCpu(GuestMode mode) {
    try (Simulation sim = new Simulation(1);
        SimHost host = new SimHost(sim, 1)) {
      Running domain = host.run(new StepKernel("timer", DomainSimulationTest::timer), 1, mode);

      assertThat(host.awaitShutdown(domain.domid(), LIMIT)).isEqualTo(ShutdownReason.POWEROFF);

      assertThat(domain.xen().memory().getLong(COUNT)).isEqualTo(TICKS);
      assertThat(domain.xen().memory().getLong(LATEST)).isLessThan(100_000);
      assertThat(sim.elapsed()).isBetween(Duration.ofMillis(60), Duration.ofMillis(70));
      DomainStatus status = host.status(domain.domid()).orElseThrow();
      assertThat(status.cpuTimeNs()).isLessThan(100_000);
    }
  }

  // ---- dom0 and a guest ----

  private static void echo(VcpuContext context, GuestCpu cpu) {
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

  @ParameterizedTest
  @EnumSource
  void everyEventThatDom0SendsIsAnswered(GuestMode mode) {
    try (Simulation sim = new Simulation(2);
        SimHost host = new SimHost(sim, 2)) {
      Running domain = host.run(new StepKernel("echo", DomainSimulationTest::echo), 1, mode);
      int[] answers = {0};
      EventSink toGuest = bind(host, domain, 1, () -> answers[0]++);
      sim.run(Duration.ofMillis(10));
      assertThat(answers[0]).as("raised once by the bind itself").isEqualTo(1);

      for (int i = 0; i < 50; i++) {
        int before = answers[0];
        toGuest.raise();
        assertThat(sim.runUntil(() -> answers[0] > before, LIMIT)).as("event %d", i).isTrue();
      }

      assertThat(domain.xen().memory().getInt(HITS)).isEqualTo(answers[0] - 1).isEqualTo(50);
      host.destroy(domain.domid());
      assertThat(host.status(domain.domid())).isEmpty();
      toGuest.raise(); // nobody is there: nothing happens
      sim.run(Duration.ofSeconds(1));
    }
  }

  // ---- two domains ----

  private static void offer(VcpuContext context, GuestCpu cpu) {
    Memory memory = cpu.memory();
    if (context.rip == 1) {
      memory.putShort(AT + AllocUnbound.DOM, (short) Domid.SELF.value());
      memory.putShort(AT + AllocUnbound.REMOTE_DOM, (short) 2);
      context.rip = 2;
      Calls.call(cpu, context, Hypercall.EVENT_CHANNEL_OP, EvtchnOp.ALLOC_UNBOUND, AT);
    } else {
      if (Calls.takeEvent(cpu, SHARED, 3)) {
        memory.putInt(HITS, memory.getInt(HITS) + 1);
      }
      Calls.block(cpu, context);
    }
  }

  private static void bindAndSend(VcpuContext context, GuestCpu cpu) {
    Memory memory = cpu.memory();
    switch ((int) context.rip) {
      case 1 -> {
        memory.putShort(AT + BindInterdomain.REMOTE_DOM, (short) 1);
        memory.putInt(AT + BindInterdomain.REMOTE_PORT, 3);
        context.rip = 2;
        Calls.call(cpu, context, Hypercall.EVENT_CHANNEL_OP, EvtchnOp.BIND_INTERDOMAIN, AT);
      }
      case 2 -> {
        memory.putLong(RESULTS, context.rax);
        int port = memory.getInt(AT + BindInterdomain.LOCAL_PORT);
        memory.putInt(RESULTS + 16, SharedInfo.isPending(memory, SHARED, port) ? 1 : 0);
        Calls.send(cpu, context, AT, port);
        context.rip = 3;
      }
      case 3 -> {
        memory.putInt(AT, 3);
        context.rip = 4;
        Calls.call(cpu, context, Hypercall.EVENT_CHANNEL_OP, EvtchnOp.CLOSE, AT);
      }
      default -> Calls.block(cpu, context);
    }
  }

  @ParameterizedTest
  @EnumSource
  void domainsBindSendAndClose(GuestMode mode) {
    try (Simulation sim = new Simulation(3);
        SimHost host = new SimHost(sim, 2)) {
      Running offers = host.run(new StepKernel("offer", DomainSimulationTest::offer), 1, mode);
      sim.run(Duration.ofMillis(10));
      Running binds = host.run(new StepKernel("bind", DomainSimulationTest::bindAndSend), 1, mode);
      sim.run(Duration.ofMillis(10));

      assertThat(List.of(offers.domid(), binds.domid())).containsExactly(Domid.of(1), Domid.of(2));
      assertThat(binds.xen().memory().getLong(RESULTS)).as("bind's result").isZero();
      assertThat(binds.xen().memory().getInt(RESULTS + 16)).as("pending at once").isEqualTo(1);
      assertThat(offers.xen().memory().getInt(HITS)).isEqualTo(1);
      assertThat(offers.xen().events().status(3).state())
          .as("closed by its peer: unbound again")
          .isEqualTo(io.xengarden.hypervisor.evtchn.EventChannels.State.UNBOUND);
    }
  }

  @Test
  void bindingToADomainThatIsNotThereIsAnError() {
    try (Simulation sim = new Simulation(4);
        SimHost host = new SimHost(sim, 1)) {
      Running binds =
          host.run(new StepKernel("bind", DomainSimulationTest::bindAndSend), 1, GuestMode.NORMAL);
      sim.run(Duration.ofMillis(10));

      assertThat(binds.xen().memory().getLong(RESULTS))
          .as("domain 1 binds a port of its own that is closed")
          .isEqualTo(Errno.EINVAL.result());
    }
  }

  // ---- the balloon ----

  private static void balloon(VcpuContext context, GuestCpu cpu) {
    Memory memory = cpu.memory();
    switch ((int) context.rip) {
      case 1 -> {
        for (int i = 0; i < 20; i++) {
          memory.putLong(RESULTS + 0x100 + 8L * i, 30 + i + (i >= 10 ? 1 : 0)); // two runs
        }
        memory.putLong(AT + Reservation.EXTENT_START, RESULTS + 0x100);
        memory.putLong(AT + Reservation.NR_EXTENTS, 20);
        memory.putShort(AT + Reservation.DOMID, (short) Domid.SELF.value());
        memory.putLong(45 << 12, 4711);
        context.rip = 2;
        Calls.call(cpu, context, Hypercall.MEMORY_OP, MemoryOp.DECREASE_RESERVATION, AT);
      }
      case 2 -> {
        memory.putLong(RESULTS, context.rax);
        context.rip = 3;
        Calls.call(cpu, context, Hypercall.MEMORY_OP, MemoryOp.POPULATE_PHYSMAP, AT);
      }
      case 3 -> {
        memory.putLong(RESULTS + 8, context.rax);
        memory.putLong(RESULTS + 16, memory.getLong(45 << 12));
        context.rip = 4;
      }
      default -> Calls.shutdown(cpu, context, AT, ShutdownReason.POWEROFF, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBalloonGivesPagesToTheHostAndGetsThemBackEmpty(GuestMode mode) {
    try (Simulation sim = new Simulation(5);
        SimHost host = new SimHost(sim, 1)) {
      Running domain = host.run(new StepKernel("balloon", DomainSimulationTest::balloon), 1, mode);

      assertThat(host.awaitShutdown(domain.domid(), LIMIT)).isEqualTo(ShutdownReason.POWEROFF);

      Memory memory = domain.xen().memory();
      assertThat(memory.getLong(RESULTS)).as("pages given back").isEqualTo(20);
      assertThat(memory.getLong(RESULTS + 8)).as("pages got").isEqualTo(20);
      assertThat(memory.getLong(RESULTS + 16)).as("what was in them").isZero();
      assertThat(host.status(domain.domid()).orElseThrow().totPages()).isEqualTo(SimHost.PAGES);
    }
  }

  // ---- a guest that goes wrong ----

  @Test
  void whatAGuestThrowsIsItsOwnCrash() {
    List<StepKernel.Step> faults =
        List.of(
            (context, cpu) -> cpu.memory().getLong(1L << 40),
            (context, cpu) -> {
              throw new IllegalStateException("bug");
            },
            (context, cpu) -> endless(context, cpu),
            (context, cpu) -> cpu.use(-1),
            (context, cpu) -> {
              throw new AssertionError("broken");
            },
            (context, cpu) -> cpu.crash("triple fault"));
    try (Simulation sim = new Simulation(6);
        SimHost host = new SimHost(sim, 1)) {
      Running witness =
          host.run(new StepKernel("timer", DomainSimulationTest::timer), 1, GuestMode.NORMAL);
      for (StepKernel.Step fault : faults) {
        Running domain = host.run(new StepKernel("faulty", fault), 1, GuestMode.NORMAL);
        assertThat(host.awaitShutdown(domain.domid(), LIMIT)).isEqualTo(ShutdownReason.CRASH);
        assertThat(host.console())
            .contains("(XEN) Domain " + domain.domid() + " (vcpu#0) crashed: ");
        host.destroy(domain.domid());
      }
      assertThat(host.console()).contains("crashed: triple fault");
      assertThat(host.awaitShutdown(witness.domid(), LIMIT))
          .as("another domain lives on")
          .isEqualTo(ShutdownReason.POWEROFF);
    }
  }

  private static void endless(VcpuContext context, GuestCpu cpu) {
    endless(context, cpu);
    cpu.use(1);
  }

  @Test
  void aGuestThatSpinsUsesItsCpuAndNoMore() {
    try (Simulation sim = new Simulation(7);
        SimHost host = new SimHost(sim, 1)) {
      Running spins =
          host.run(new StepKernel("spin", (context, cpu) -> cpu.use(1_000)), 1, GuestMode.NORMAL);
      Running returns =
          host.run(
              new StepKernel("yield", (context, cpu) -> Calls.call(cpu, context, 29, 0)),
              1,
              GuestMode.NORMAL);
      sim.run(Duration.ofMillis(200));

      long spun = host.status(spins.domid()).orElseThrow().cpuTimeNs();
      long yielded = host.status(returns.domid()).orElseThrow().cpuTimeNs();
      assertThat(spun).isGreaterThan(60_000_000L);
      assertThat(spun + yielded).isBetween(195_000_000L, 205_000_000L);
    }
  }

  // ---- suspend ----

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
      new StepKernel("suspends", DomainSimulationTest::suspends);

  @ParameterizedTest
  @EnumSource
  void aCancelledSuspendReturnsOneAndKeepsEveryPort(GuestMode mode) {
    try (Simulation sim = new Simulation(8);
        SimHost host = new SimHost(sim, 1)) {
      Running domain = host.run(SUSPENDS, 1, mode);
      int[] raised = {0};
      EventSink toGuest = bind(host, domain, 1, () -> raised[0]++);
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
      Running domain =
          host.run(new StepKernel("echo", DomainSimulationTest::echo), 1, GuestMode.NORMAL);

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
      EventSink toGuest = bind(host, target, built.storePort(), () -> raised[0]++);
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
    KernelImage kernel = new StepKernel("two", DomainSimulationTest::suspendsUnderAnother);
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

  // ---- amnesia ----

  /** A kernel whose guest keeps what it must not: the count of its slices, in a field. */
  private static KernelImage keepsAField() {
    return new KernelImage() {
      private final StepKernel step = new StepKernel("keeps-a-field", (context, cpu) -> {});

      @Override
      public String name() {
        return step.name();
      }

      @Override
      public int pages() {
        return step.pages();
      }

      @Override
      public long minimumPages() {
        return step.minimumPages();
      }

      @Override
      public long entry() {
        return step.entry();
      }

      @Override
      public void place(Memory memory, RandomGenerator entropy) {
        step.place(memory, entropy);
      }

      @Override
      public Guest newGuest() {
        return new Guest() {
          private int slices;

          @Override
          public void run(VcpuContext context, GuestCpu cpu) {
            cpu.memory().putInt(RESULTS, ++slices);
            Calls.takeEvent(cpu, SHARED, 1);
            Calls.block(cpu, context);
          }
        };
      }
    };
  }

  @ParameterizedTest
  @EnumSource
  void amnesiaShowsWhatAGuestKeepsOutsideItsPages(GuestMode mode) {
    try (Simulation sim = new Simulation(14);
        SimHost host = new SimHost(sim, 1)) {
      Running domain = host.run(keepsAField(), 1, mode);
      EventSink toGuest = bind(host, domain, 1, () -> {});
      for (int i = 0; i < 3; i++) {
        toGuest.raise();
        sim.run(Duration.ofMillis(1));
      }

      int remembered = domain.xen().memory().getInt(RESULTS);
      assertThat(remembered).isEqualTo(mode == GuestMode.AMNESIA ? 1 : 4);
    }
  }

  // ---- the dirty log ----

  @Test
  void theDirtyLogHoldsWhatTheGuestWritesAndEndsWhenTold() {
    try (Simulation sim = new Simulation(12);
        SimHost host = new SimHost(sim, 1)) {
      Running domain =
          host.run(new StepKernel("echo", DomainSimulationTest::echo), 1, GuestMode.NORMAL);
      EventSink toGuest = bind(host, domain, 1, () -> {});
      sim.run(Duration.ofMillis(10));
      DirtyLogStarted started = host.ask(domain.actor(), StartDirtyLog::new);
      DirtyLog log = started.log();
      assertThat(log.frameCount()).isEqualTo(SimHost.PAGES);

      toGuest.raise();
      sim.run(Duration.ofMillis(10));

      assertThat(log.takeWord(0)).as("arguments and results").isEqualTo(1L | 1L << 10);
      domain.actor().tell(new StopDirtyLog());
      toGuest.raise();
      sim.run(Duration.ofMillis(10));
      assertThat(log.count()).isZero();
    }
  }

  // ---- many at once ----

  @Test
  void destroyingARunningDomainLeavesNothingBehind() {
    SimulationRunner.over(Seeds.first(20))
        .run(
            sim -> {
              try (SimHost host = new SimHost(sim, 2)) {
                List<Running> domains = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                  StepKernel.Step step =
                      i % 2 == 0 ? DomainSimulationTest::pingPong : DomainSimulationTest::timer;
                  domains.add(host.run(new StepKernel("k", step), 2, GuestMode.NORMAL));
                }
                sim.run(Duration.ofNanos(sim.random().nextLong(5_000_000)));
                for (Running domain : domains) {
                  host.destroy(domain.domid());
                }
                sim.run(Duration.ofSeconds(1));
                assertThat(host.status(Domid.of(1))).isEmpty();
              }
            });
  }

  private static void resume(SimHost host, Running domain, ResumeMode mode) {
    ResumeReply reply = host.ask(domain.actor(), replyTo -> new Resume(mode, replyTo));
    assertThat(reply).isEqualTo(new Resumed());
    host.<DomctlReply>ask(replyTo -> new ResumeDomain(domain.domid(), replyTo));
    host.sim.run(Duration.ofMillis(10));
  }

  private static EventSink bind(SimHost host, Running domain, int port, EventSink local) {
    BindReply reply =
        host.ask(
            (ActorRef<BindReply> replyTo) ->
                new BindDom0Port(domain.domid(), port, local, replyTo));
    assertThat(reply).isInstanceOf(PortBound.class);
    return ((PortBound) reply).peer();
  }
}
