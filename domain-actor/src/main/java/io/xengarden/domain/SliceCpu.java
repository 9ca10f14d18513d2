package io.xengarden.domain;

import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.hypercall.Hypercalls;
import io.xengarden.domain.vcpu.LiveDomain;
import io.xengarden.domain.vcpu.Vcpu;
import io.xengarden.hypervisor.SliceEnd;
import io.xengarden.machine.Memory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processor of one slice, used again for the next: one per domain, since its vCPUs run in turns
 * on one thread.
 */
final class SliceCpu implements GuestCpu {
  private static final Logger LOG = LoggerFactory.getLogger(SliceCpu.class);

  /** No step of a guest takes longer than this, a minute: sums of them do not overflow. */
  private static final long MAX_STEP = 60_000_000_000L;

  private final LiveDomain domain;
  private final Hypercalls hypercalls;
  private Vcpu current;
  private long budget;
  private long used;

  SliceCpu(LiveDomain domain, Hypercalls hypercalls) {
    this.domain = domain;
    this.hypercalls = hypercalls;
  }

  /** Emulated nanoseconds that the last slice used; at least 1. */
  long used() {
    return used;
  }

  /** Runs one slice, as short as nothing when the vCPU has nothing to run. */
  SliceEnd run(Vcpu vcpu, Guest guest, long budgetNs) {
    used = 1;
    if (domain.isShutDown() || !vcpu.isUp()) {
      return SliceEnd.OFFLINE;
    }
    if (vcpu.awaitsAnswer()) {
      return SliceEnd.BLOCKED;
    }
    current = vcpu;
    budget = budgetNs;
    used = Costs.SLICE;
    long start = domain.clock().now();
    vcpu.startSlice(start);
    domain.clock().publish(domain.xen().sharedInfo(), vcpu.id());
    domain.takeEvents();
    domain.fireDueTimers(vcpu);
    domain.writeAreas(vcpu);
    enter(guest, vcpu);
    SliceEnd end = vcpu.ending() == null ? SliceEnd.RUNNABLE : vcpu.ending();
    vcpu.finishSlice(end, start + used);
    domain.writeAreas(vcpu);
    return end;
  }

  /** Whatever a guest throws is its own crash, never the host's. */
  private void enter(Guest guest, Vcpu vcpu) {
    try {
      guest.run(vcpu.context(), this);
    } catch (RuntimeException | StackOverflowError | AssertionError thrown) {
      LOG.warn("guest of domain {} failed on vcpu {}", domain.domid(), vcpu.id(), thrown);
      domain.crash(vcpu, thrown.toString());
    }
  }

  @Override
  public int vcpu() {
    return current.id();
  }

  @Override
  public Memory memory() {
    return domain.memory();
  }

  @Override
  public boolean hypercall(VcpuContext context) {
    hypercalls.call(current, context);
    use(Costs.HYPERCALL + current.takeCost());
    return current.ending() == null;
  }

  @Override
  public void use(long units) {
    if (units < 0) {
      throw new IllegalArgumentException("negative CPU time " + units);
    }
    used += Math.min(units, MAX_STEP);
  }

  @Override
  public boolean mustReturn() {
    used += Costs.LOOK;
    return current.ending() != null || used >= budget;
  }

  @Override
  public boolean upcallPending() {
    domain.takeEvents();
    return domain.upcallPending(current);
  }

  @Override
  public long rdtsc() {
    return domain.clock().tsc();
  }

  @Override
  public void crash(String why) {
    domain.crash(current, why);
  }
}
