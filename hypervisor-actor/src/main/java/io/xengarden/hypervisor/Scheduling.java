package io.xengarden.hypervisor;

import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.hypervisor.DomainEntry.VcpuState;
import io.xengarden.hypervisor.sched.CreditScheduler;
import io.xengarden.hypervisor.sched.SchedVcpu;
import io.xengarden.machine.HostClock;
import java.time.Duration;

/** The scheduler's hands: what domains say goes to it, its deadlines become timers. */
final class Scheduling {
  private static final String TIMER = "scheduler";

  private final CreditScheduler scheduler;
  private final HostClock clock;
  private final TimerScheduler<HypervisorCommand> timers;
  private long armedFor = CreditScheduler.NEVER;

  Scheduling(CreditScheduler scheduler, HostClock clock, TimerScheduler<HypervisorCommand> timers) {
    this.scheduler = scheduler;
    this.clock = clock;
    this.timers = timers;
  }

  /** After anything that may matter: pause counts, attachment, shutdown, dying. */
  void mayRunChanged(DomainEntry domain) {
    if (domain.mayRun()) {
      scheduler.resume(domain.sched, clock.nanos());
    } else {
      scheduler.suspend(domain.sched);
    }
  }

  void woke(DomainEntry domain, int vcpu) {
    SchedVcpu sched = domain.sched.vcpu(vcpu);
    if (domain.isOnline(vcpu) && !sched.isSliceUnderWay()) {
      domain.setVcpuState(vcpu, VcpuState.RUNNABLE);
      scheduler.wake(sched, clock.nanos());
    }
  }

  void online(DomainEntry domain, int vcpu, boolean online) {
    domain.setOnline(vcpu, online);
    if (online) {
      woke(domain, vcpu);
    } else {
      scheduler.sleep(domain.sched.vcpu(vcpu));
    }
  }

  /** vCPUs that the shutdown stopped are runnable again; blocked ones stay so. */
  void resumed(DomainEntry domain) {
    for (SchedVcpu vcpu : domain.sched.vcpus()) {
      if (domain.vcpuState(vcpu.index()) == VcpuState.STOPPED) {
        woke(domain, vcpu.index());
      }
    }
    mayRunChanged(domain);
  }

  void sliceEnded(DomainEntry domain, int vcpu, long usedNs, SliceEnd end) {
    SchedVcpu sched = domain.sched.vcpu(vcpu);
    if (!sched.isSliceUnderWay()) {
      return;
    }
    VcpuState state =
        switch (end) {
          case RUNNABLE -> VcpuState.RUNNABLE;
          case BLOCKED -> VcpuState.BLOCKED;
          case OFFLINE -> VcpuState.STOPPED;
        };
    domain.setVcpuState(vcpu, state);
    boolean runnable = state == VcpuState.RUNNABLE && domain.isOnline(vcpu);
    scheduler.sliceEnded(sched, usedNs, runnable, clock.nanos());
  }

  /** Its actor will not answer any more. */
  void dropSlices(DomainEntry domain) {
    for (SchedVcpu vcpu : domain.sched.vcpus()) {
      scheduler.dropSlice(vcpu, clock.nanos());
    }
  }

  void gone(DomainEntry domain) {
    scheduler.remove(domain.sched, clock.nanos());
  }

  void due() {
    armedFor = CreditScheduler.NEVER;
    scheduler.advance(clock.nanos());
  }

  /**
   * After each message: a timer for the next deadline, none when there is none. One that fires too
   * early finds nothing to do and arms the next; that is cheaper than a new timer for each slice.
   */
  void arm() {
    long next = scheduler.nextDeadline();
    if (next == CreditScheduler.NEVER && armedFor != CreditScheduler.NEVER) {
      timers.cancel(TIMER);
      armedFor = CreditScheduler.NEVER;
    } else if (next < armedFor) {
      armedFor = next;
      Duration delay = Duration.ofNanos(Math.max(0, next - clock.nanos()));
      timers.startSingleTimer(TIMER, new InternalCommand.SchedulerDue(), delay);
    }
  }
}
