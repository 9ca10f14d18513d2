package io.xengarden.domain;

import io.xengarden.abi.VcpuContext;
import io.xengarden.machine.Memory;
import java.util.random.RandomGenerator;

/**
 * A kernel of a few resumable steps: rip is the number of the next one, everything else lives in
 * registers and pages. Its memory from {@link #SCRATCH} on is free for arguments and results.
 */
public record StepKernel(String name, Step step) implements KernelImage {
  /** Step 1 is where it starts; 0 stays what nobody meant. */
  public static final long ENTRY = 1;

  /** Frame 0 is the image: hypercall arguments go into its second half. */
  public static final long SCRATCH = 0x800;

  public static final int PAGES = 1;

  /** What one step does: it must move rip on before it makes a hypercall. */
  @FunctionalInterface
  public interface Step {
    void take(VcpuContext context, GuestCpu cpu);
  }

  @Override
  public int pages() {
    return PAGES;
  }

  @Override
  public long minimumPages() {
    return 8;
  }

  @Override
  public long entry() {
    return ENTRY;
  }

  @Override
  public void place(Memory memory, RandomGenerator entropy) {
    memory.putLong(0, entropy.nextLong());
  }

  @Override
  public Guest newGuest() {
    return (context, cpu) -> {
      while (!cpu.mustReturn()) {
        step.take(context, cpu);
      }
    };
  }
}
