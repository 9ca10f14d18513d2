package io.xengarden.domain.pebble.kernel;

import java.util.Arrays;
import java.util.List;

/**
 * A routine: a table of steps. A step runs to its end without being interrupted, does at most about
 * a page of work, and says where to go on: by {@link Vcpu#goTo}, a call, a return, parking, or one
 * hypercall as its last act, whose answer the next step finds in rax.
 *
 * <p>It keeps nothing in Java fields. What it needs later lies in its task's locals.
 *
 * @param <S> the steps, in the order of their numbers; the first is where it begins
 */
public abstract class Routine<S extends Enum<S>> {
  private final int number;
  private final S[] steps;

  protected Routine(int number, Class<S> steps) {
    this.number = number;
    this.steps = steps.getEnumConstants();
  }

  protected abstract void step(S at, Vcpu v);

  /** Longs of a task's stack that it uses while it runs, its arguments first. */
  public int locals() {
    return 0;
  }

  /** The rip of one of its steps. */
  protected final long at(S step) {
    return Entry.rip(number, step.ordinal());
  }

  public final int number() {
    return number;
  }

  public final List<String> stepNames() {
    return Arrays.stream(steps).map(Enum::name).toList();
  }

  final void run(Vcpu v, int step) {
    if (step >= steps.length) {
      throw new IllegalStateException("no step " + step + " in routine " + number);
    }
    step(steps[step], v);
  }
}
