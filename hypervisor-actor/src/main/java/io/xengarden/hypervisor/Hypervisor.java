package io.xengarden.hypervisor;

import akka.actor.typed.Behavior;
import io.xengarden.machine.HostClock;
import io.xengarden.machine.HostMemory;

/**
 * Xen on one host: frames, domids, pCPUs and run queues, the domain table, event-channel binding.
 */
public final class Hypervisor {
  private Hypervisor() {}

  /**
   * @param dom0Pages frames that belong to Domain-0, reserved from the start
   */
  public record HostResources(HostMemory memory, int pcpus, long dom0Pages) {}

  public static Behavior<HypervisorCommand> create(HostResources resources, HostClock clock) {
    throw new UnsupportedOperationException();
  }
}
