package io.xengarden.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Hypercall;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.XenVersionOp;
import io.xengarden.domain.vcpu.Runstate;
import io.xengarden.hypervisor.HypervisorCommand.ConsoleWrite;
import io.xengarden.hypervisor.HypervisorCommand.DomainShutdown;
import io.xengarden.hypervisor.HypervisorCommand.VcpuWoke;
import io.xengarden.hypervisor.SliceEnd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SliceCpuTest {
  private final TestDomain domain = TestDomain.idle(2);

  @AfterEach
  void close() {
    domain.close();
  }

  @Test
  void aGuestThatOnlyLooksAtItsBudgetUsesItUp() {
    Guest loops =
        (context, cpu) -> {
          while (!cpu.mustReturn()) {
            cpu.upcallPending();
          }
        };

    assertThat(domain.slice(0, loops, 10_000)).isEqualTo(SliceEnd.RUNNABLE);
    assertThat(domain.cpu.used()).isEqualTo(10_000);
  }

  @Test
  void everyUnitIsAccounted() {
    Guest works =
        (context, cpu) -> {
          cpu.use(12_345);
          Calls.call(cpu, context, Hypercall.XEN_VERSION, XenVersionOp.PAGESIZE);
        };

    domain.slice(0, works, 10_000);

    assertThat(domain.cpu.used()).isEqualTo(Costs.SLICE + 12_345 + Costs.HYPERCALL);
  }

  @Test
  void aSliceOfAVcpuThatIsDownIsOverAtOnce() {
    assertThat(domain.slice(1, (context, cpu) -> cpu.crash("ran"), 10_000))
        .isEqualTo(SliceEnd.OFFLINE);
    assertThat(domain.cpu.used()).isEqualTo(1);
    assertThat(domain.told).isEmpty();
  }

  @Test
  void eventsAreSeenDuringTheSlice() {
    SharedInfo.unmaskUpcalls(domain.xen.sharedInfo(), 0, 0);
    boolean[] seen = {false, false};
    Guest watches =
        (context, cpu) -> {
          seen[0] = cpu.upcallPending();
          domain.xen.inbox().raise(1); // another thread
          seen[1] = cpu.upcallPending();
        };

    domain.slice(0, watches, 10_000);

    assertThat(seen).containsExactly(false, true);
    assertThat(domain.told(VcpuWoke.class)).as("it runs: nobody is woken").isEmpty();
  }

  @Test
  void theClockIsPublishedWithEachSliceAndIsTheHostsMinusAnOffset() {
    long[] time = {0, 0};
    long shared = Calls.sharedInfo(domain.pages);
    domain.slice(0, (context, cpu) -> time[0] = Calls.systemTime(cpu, shared), 1_000);
    domain.hostNanos += 1_234_567_891L;
    domain.slice(0, (context, cpu) -> time[1] = Calls.systemTime(cpu, shared), 1_000);

    assertThat(time).containsExactly(0, 1_234_567_891L);
    SharedInfo.TimeInfo info = SharedInfo.readTime(domain.xen.sharedInfo(), 0, 0);
    assertThat(info.tscTimestamp()).isEqualTo(domain.hostNanos);
    assertThat(domain.xen.sharedInfo().getInt(SharedInfo.TIME) & 1).as("version").isZero();
  }

  @Test
  void aCrashNamesItsReasonOnXensConsoleOnce() {
    Guest faults =
        (context, cpu) -> {
          cpu.crash("triple fault");
          cpu.crash("again");
          assertThat(cpu.mustReturn()).isTrue();
        };

    assertThat(domain.slice(0, faults, 10_000)).isEqualTo(SliceEnd.OFFLINE);

    assertThat(domain.told(ConsoleWrite.class))
        .singleElement()
        .extracting(ConsoleWrite::line)
        .isEqualTo("Domain 7 (vcpu#0) crashed: triple fault");
    assertThat(domain.told(DomainShutdown.class))
        .containsExactly(new DomainShutdown(TestDomain.DOMID, ShutdownReason.CRASH));
    assertThat(domain.vcpu(0).state()).isEqualTo(Runstate.OFFLINE);
  }

  @Test
  void wildUnitsDoNotOverflow() {
    Guest wild =
        (context, cpu) -> {
          for (int i = 0; i < 1_000; i++) {
            cpu.use(Long.MAX_VALUE);
          }
        };

    domain.slice(0, wild, 10_000);

    assertThat(domain.cpu.used()).isPositive();
  }
}
