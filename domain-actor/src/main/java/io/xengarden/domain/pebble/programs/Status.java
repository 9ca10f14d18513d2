package io.xengarden.domain.pebble.programs;

import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Vcpu;

/** true and false. */
public final class Status extends Routine<Status.At> {
  /** Its steps. */
  public enum At {
    END
  }

  public Status() {
    super(Entry.STATUS, At.class);
  }

  @Override
  protected void step(At at, Vcpu v) {
    v.ret(v.task().name().equals("true") ? 0 : 1);
  }
}
