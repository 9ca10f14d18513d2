package io.xengarden.hypervisor.sched;

import java.util.ArrayList;
import java.util.List;

/** A domain as the scheduler sees it. Changed only through {@link CreditScheduler}. */
public final class SchedDomain {
  public static final int DEFAULT_WEIGHT = 256;
  public static final int MAX_WEIGHT = 65_535;

  final CreditScheduler.Dispatch dispatch;
  private final List<SchedVcpu> vcpus;
  int weight = DEFAULT_WEIGHT;
  int cap;

  /** Attached, unpaused, not shut down, not dying. */
  boolean mayRun;

  /** Removed: its last slices are paid for, but earn it nothing. */
  boolean gone;

  /** Its vCPUs that earn credit. */
  final List<SchedVcpu> active = new ArrayList<>(1);

  SchedDomain(int vcpuCount, CreditScheduler.Dispatch dispatch) {
    this.dispatch = dispatch;
    List<SchedVcpu> made = new ArrayList<>(vcpuCount);
    for (int index = 0; index < vcpuCount; index++) {
      made.add(new SchedVcpu(this, index));
    }
    vcpus = List.copyOf(made);
  }

  public List<SchedVcpu> vcpus() {
    return vcpus;
  }

  public SchedVcpu vcpu(int index) {
    return vcpus.get(index);
  }

  /** Share of the CPU relative to other domains, 1 to {@value #MAX_WEIGHT}. */
  public int weight() {
    return weight;
  }

  /** Per cent of one pCPU that it may use at most; 0 is no limit. */
  public int cap() {
    return cap;
  }

  /** Whether a slice of one of its vCPUs has been sent and not answered. */
  public boolean hasSliceUnderWay() {
    for (SchedVcpu vcpu : vcpus) {
      if (vcpu.isSliceUnderWay()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return "weight " + weight + " cap " + cap + " " + vcpus;
  }
}
