package io.xengarden.node;

import io.xengarden.hypervisor.Hypervisor;
import java.util.List;

/**
 * The machine that a host is.
 *
 * @param name host1
 * @param cpus pCPUs
 * @param memoryMib all of it, Domain-0's part included
 */
public record HostSettings(String name, int cpus, long memoryMib) {
  /** What Domain-0 has of it. */
  public static final long DOM0_MEMORY_MIB = 512;

  /** A host of less would have nothing for a guest. */
  public static final long MIN_MEMORY_MIB = DOM0_MEMORY_MIB + 64;

  /** 16 TiB: see {@link io.xengarden.machine.HostMemory#MAX_FRAMES}. */
  public static final long MAX_MEMORY_MIB = 16L << 20;

  public static final int MAX_NAME = 64;

  /** The bridges of every host; an interface is on the first one unless it names another. */
  public static final List<String> BRIDGES = List.of("xenbr0", "xenbr1", "xenbr2", "xenbr3");

  public HostSettings {
    if (!name.matches("[A-Za-z0-9_.-]{1," + MAX_NAME + "}")) {
      throw new IllegalArgumentException("host name '" + name + "': letters, digits and _.- only");
    }
    if (cpus < 1 || cpus > Hypervisor.MAX_PCPUS) {
      throw new IllegalArgumentException(
          "cpus of " + cpus + ": 1 to " + Hypervisor.MAX_PCPUS + " are possible");
    }
    if (memoryMib < MIN_MEMORY_MIB || memoryMib > MAX_MEMORY_MIB) {
      throw new IllegalArgumentException(
          "memory of %d MiB: %d to %d are possible"
              .formatted(memoryMib, MIN_MEMORY_MIB, MAX_MEMORY_MIB));
    }
  }
}
