package io.xengarden.node;

import io.xengarden.domain.GuestMode;
import io.xengarden.domain.KernelImages;
import io.xengarden.machine.HostClock;
import io.xengarden.node.console.ConsoleLogs;
import io.xengarden.node.relocation.RelocationPorts;
import io.xengarden.storage.BlockImages;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Everything that reaches a host from outside: time, chance, disks and its cluster (law 5).
 * Production and simulation differ in these and in nothing else.
 *
 * @param clock monotonic; what guests' clocks run by
 * @param wallClock the time of day
 * @param kernels the kernels that can be built in
 * @param guestMode NORMAL, but in tests
 * @param cluster the way to the ownership register
 * @param relocation save files, and links to other hosts
 */
public record HostPorts(
    HostClock clock,
    InstantSource wallClock,
    RandomGenerator random,
    BlockImages images,
    ConsoleLogs consoleLogs,
    KernelImages kernels,
    GuestMode guestMode,
    ClusterLink cluster,
    RelocationPorts relocation) {

  /** Of a host that is a cluster of its own. */
  public HostPorts(
      HostClock clock,
      InstantSource wallClock,
      RandomGenerator random,
      BlockImages images,
      ConsoleLogs consoleLogs,
      KernelImages kernels,
      GuestMode guestMode) {
    this(
        clock,
        wallClock,
        random,
        images,
        consoleLogs,
        kernels,
        guestMode,
        ClusterLink.alone(),
        RelocationPorts.none());
  }
}
