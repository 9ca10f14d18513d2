package io.xengarden.node.simulated;

import io.xengarden.domain.Guest;
import io.xengarden.domain.KernelImage;
import io.xengarden.machine.Memory;
import io.xengarden.node.array.Ownership;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Watches one domain wherever it runs: each slice of it must be run by the host that the register
 * names at that moment, so there are never two that run it.
 */
public final class Watchman {
  private final SimulatedArray array;
  private final UUID domain;
  private final List<String> offences = new ArrayList<>();
  private long slices;
  private String lastHost = "";

  Watchman(SimulatedArray array, UUID domain) {
    this.array = array;
    this.domain = domain;
  }

  /** What should not have happened. */
  public List<String> offences() {
    return offences;
  }

  /** Slices of the domain, on any host. */
  public long slices() {
    return slices;
  }

  /** Where it ran last. */
  public String lastHost() {
    return lastHost;
  }

  private void ran(String host, Power power) {
    if (!power.isOn()) {
      return; // what a dead host still computes is seen by nobody
    }
    slices++;
    lastHost = host;
    Optional<Ownership> owner = array.ownership(domain);
    if (owner.filter(record -> record.owner().equals(host)).isEmpty()) {
      offences.add(
          host + " runs it, which is owned by " + owner.map(Ownership::owner).orElse("nobody"));
    }
  }

  /** A kernel whose every slice is seen; only the watched domain may run it. */
  KernelImage over(KernelImage kernel, String host, Power power) {
    return new KernelImage() {
      @Override
      public String name() {
        return kernel.name();
      }

      @Override
      public int pages() {
        return kernel.pages();
      }

      @Override
      public long minimumPages() {
        return kernel.minimumPages();
      }

      @Override
      public long entry() {
        return kernel.entry();
      }

      @Override
      public void place(Memory memory, RandomGenerator entropy) {
        kernel.place(memory, entropy);
      }

      @Override
      public Guest newGuest() {
        Guest guest = kernel.newGuest();
        return (context, cpu) -> {
          ran(host, power);
          guest.run(context, cpu);
        };
      }
    };
  }
}
