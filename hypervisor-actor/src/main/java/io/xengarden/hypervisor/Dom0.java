package io.xengarden.hypervisor;

import io.xengarden.abi.Domid;
import io.xengarden.hypervisor.HypervisorCommand.DomainFlags;
import io.xengarden.hypervisor.HypervisorCommand.DomainStatus;
import io.xengarden.hypervisor.HypervisorCommand.VcpuStatus;
import io.xengarden.hypervisor.sched.SchedDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Domain-0 in the domain table. It is the host's drivers and daemons, which no scheduler of ours
 * serves: one vCPU on each pCPU, always running, and CPU time as its drivers report it.
 */
final class Dom0 {
  /** What Xen shows for a domain without a limit: UINT_MAX. */
  static final long NO_LIMIT_PAGES = 0xffff_ffffL;

  private static final UUID HANDLE = new UUID(0, 0);
  private static final DomainFlags RUNNING = new DomainFlags(true, false, false, false, false);

  private final long pages;
  private final int vcpus;
  private long cpuTimeNs;
  private int weight = SchedDomain.DEFAULT_WEIGHT;
  private int cap;

  Dom0(long pages, int vcpus) {
    this.pages = pages;
    this.vcpus = vcpus;
  }

  void charge(long units) {
    cpuTimeNs += Math.max(0, units);
  }

  void setParameters(int newWeight, int newCap) {
    weight = newWeight;
    cap = newCap;
  }

  DomainStatus status() {
    List<VcpuStatus> statuses = new ArrayList<>(vcpus);
    for (int vcpu = 0; vcpu < vcpus; vcpu++) {
      long share = cpuTimeNs / vcpus + (vcpu < cpuTimeNs % vcpus ? 1 : 0);
      statuses.add(new VcpuStatus(vcpu, vcpu, true, true, false, share));
    }
    return new DomainStatus(
        Domid.DOM0,
        HANDLE,
        RUNNING,
        Optional.empty(),
        pages,
        NO_LIMIT_PAGES,
        cpuTimeNs,
        weight,
        cap,
        List.copyOf(statuses));
  }
}
