package io.xengarden.hypervisor;

import akka.actor.typed.Behavior;
import io.xengarden.machine.HostClock;
import io.xengarden.machine.HostMemory;

/**
 * Xen on one host: frames, domids, pCPUs and run queues, the domain table, event-channel binding.
 */
public final class Hypervisor {
  /** Xen's NR_CPUS. */
  public static final int MAX_PCPUS = 256;

  private Hypervisor() {}

  /**
   * @param dom0Pages frames that belong to Domain-0, reserved from the start
   */
  public record HostResources(HostMemory memory, int pcpus, long dom0Pages) {
    public HostResources {
      if (pcpus < 1 || pcpus > MAX_PCPUS) {
        throw new IllegalArgumentException("pCPUs " + pcpus + " not in 1.." + MAX_PCPUS);
      }
      if (dom0Pages < 1 || dom0Pages > memory.frameCount()) {
        throw new IllegalArgumentException(
            "dom0 of " + dom0Pages + " pages on a host of " + memory.frameCount());
      }
    }
  }

  /** Never stops by itself; when it stops, so does the host. */
  public static Behavior<HypervisorCommand> create(HostResources resources, HostClock clock) {
    return HypervisorActor.create(resources, clock);
  }
}
