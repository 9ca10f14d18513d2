package io.xengarden.domain.pebble.kernel;

import io.xengarden.domain.pebble.image.Ports;
import io.xengarden.domain.pebble.image.Task;

/** What the kernel asks of its drivers. */
public interface Drivers {
  /** A port of a device has rung. Bounded work; wakes tasks, never parks. */
  void raised(Ports.Kind kind, int argument, Vcpu v);

  /**
   * Takes back what drivers still hold for a task that ends; true when nothing is left in flight.
   * Otherwise the task waits for {@code Wait.BLOCK_DONE} and asks again.
   */
  boolean letGo(Task task, Vcpu v);
}
