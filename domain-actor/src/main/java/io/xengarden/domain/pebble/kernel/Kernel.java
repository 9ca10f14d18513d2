package io.xengarden.domain.pebble.kernel;

import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.GuestCpu;
import io.xengarden.domain.pebble.image.KernelState;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Printf;
import java.util.List;

/**
 * The table of routines and the loop that runs their steps. Immutable: the kernel's text, so to
 * speak. All data is in the guest's pages.
 */
public final class Kernel {
  /** How long a task runs while others are ready. */
  static final long QUANTUM_NS = 5_000_000;

  private final Routine<?>[] routines = new Routine<?>[Entry.LIMIT];
  private final Drivers drivers;

  public Kernel(List<Routine<?>> routines, Drivers drivers) {
    for (Routine<?> routine : routines) {
      if (this.routines[routine.number()] != null) {
        throw new IllegalArgumentException("two routines " + routine.number());
      }
      this.routines[routine.number()] = routine;
    }
    this.drivers = drivers;
  }

  /** Runs a vCPU until its slice is over, or crashes the domain. */
  public void run(VcpuContext context, GuestCpu cpu) {
    Vcpu v = new Vcpu(context, cpu, this);
    try {
      if (isOurs(v.state(), cpu)) {
        while (!cpu.mustReturn()) {
          step(v, context, cpu);
        }
      }
    } catch (RuntimeException e) {
      // A step that fails is a kernel bug, or a guest whose pages were spoilt: this guest's end.
      cpu.crash(panicText(context.rip, e));
    }
  }

  Routine<?> routine(int number) {
    Routine<?> routine = number > 0 && number < routines.length ? routines[number] : null;
    if (routine == null) {
      throw new IllegalStateException("no routine " + number);
    }
    return routine;
  }

  Drivers drivers() {
    return drivers;
  }

  private void step(Vcpu v, VcpuContext context, GuestCpu cpu) {
    if (v.hasStarted() && cpu.upcallPending()) {
      v.enterUpcall();
    } else if (v.onTask()) {
      v.yieldIfDue();
    }
    long rip = context.rip;
    routine(Entry.routine(rip)).run(v, (int) (rip & 0xff));
    v.use(Cost.STEP);
  }

  private static boolean isOurs(KernelState state, GuestCpu cpu) {
    if (state.magic() == Layout.MAGIC && state.format() == Layout.FORMAT) {
      return true;
    }
    cpu.crash(
        state.magic() == Layout.MAGIC
            ? Printf.text(
                "Pebble: image has format %d, this kernel runs format %d",
                state.format(), Layout.FORMAT)
            : "Pebble: no Pebble image at gfn 0");
    return false;
  }

  private String panicText(long rip, RuntimeException e) {
    int number = Entry.routine(rip);
    String name =
        number > 0 && number < routines.length && routines[number] != null
            ? routines[number].getClass().getSimpleName()
            : "nowhere";
    String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return Printf.text("Pebble panic in %s (rip 0x%x): %s", name, rip, why);
  }
}
