package io.xengarden.domain;

import io.xengarden.abi.VcpuContext;

/**
 * What runs in a domain: the seam between Xen and a kernel. A guest keeps nothing outside its pages
 * and its vCPU contexts; an instance may be thrown away and made anew between any two runs.
 */
@FunctionalInterface
public interface Guest {
  /**
   * Runs one vCPU from {@code context} on, until {@link GuestCpu#mustReturn()}. Everything that
   * matters afterwards is in {@code context} and in memory.
   */
  void run(VcpuContext context, GuestCpu cpu);
}
