package io.xengarden.domain;

import static io.xengarden.domain.GuestPrograms.AT;
import static io.xengarden.domain.GuestPrograms.LIMIT;
import static io.xengarden.domain.GuestPrograms.RESULTS;
import static io.xengarden.domain.GuestPrograms.SHARED;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import io.xengarden.abi.EventSink;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.MemoryOp;
import io.xengarden.abi.MemoryOp.Reservation;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.DomainCommand.DirtyLogStarted;
import io.xengarden.domain.DomainCommand.StartDirtyLog;
import io.xengarden.domain.DomainCommand.StopDirtyLog;
import io.xengarden.domain.SimHost.Running;
import io.xengarden.machine.DirtyLog;
import io.xengarden.machine.Memory;
import io.xengarden.sim.Simulation;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a guest does to its pages: the balloon, the dirty log, and nothing kept elsewhere. */
class DomainPagesTest {
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
      Running domain = host.run(new StepKernel("balloon", DomainPagesTest::balloon), 1, mode);

      assertThat(host.awaitShutdown(domain.domid(), LIMIT)).isEqualTo(ShutdownReason.POWEROFF);

      Memory memory = domain.xen().memory();
      assertThat(memory.getLong(RESULTS)).as("pages given back").isEqualTo(20);
      assertThat(memory.getLong(RESULTS + 8)).as("pages got").isEqualTo(20);
      assertThat(memory.getLong(RESULTS + 16)).as("what was in them").isZero();
      assertThat(host.status(domain.domid()).orElseThrow().totPages()).isEqualTo(SimHost.PAGES);
    }
  }

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
      EventSink toGuest = GuestPrograms.bind(host, domain, 1, () -> {});
      for (int i = 0; i < 3; i++) {
        toGuest.raise();
        sim.run(Duration.ofMillis(1));
      }

      int remembered = domain.xen().memory().getInt(RESULTS);
      assertThat(remembered).isEqualTo(mode == GuestMode.AMNESIA ? 1 : 4);
    }
  }

  @Test
  void theDirtyLogHoldsWhatTheGuestWritesAndEndsWhenTold() {
    try (Simulation sim = new Simulation(12);
        SimHost host = new SimHost(sim, 1)) {
      Running domain = host.run(new StepKernel("echo", GuestPrograms::echo), 1, GuestMode.NORMAL);
      EventSink toGuest = GuestPrograms.bind(host, domain, 1, () -> {});
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
}
