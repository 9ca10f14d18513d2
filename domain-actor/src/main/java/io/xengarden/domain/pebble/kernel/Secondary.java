package io.xengarden.domain.pebble.kernel;

import io.xengarden.abi.SharedInfo;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.VcpuRecord;

/** Where a vCPU other than 0 begins when it is brought up. */
public final class Secondary extends Routine<Secondary.At> {
  /** Its steps. */
  public enum At {
    START
  }

  public Secondary() {
    super(Entry.SECONDARY, At.class);
  }

  @Override
  protected void step(At at, Vcpu v) {
    SharedInfo.unmaskUpcalls(v.memory(), v.state().sharedInfo(), v.id());
    v.record().set(VcpuRecord.ONLINE, true);
    v.log(Printf.text("CPU%d: up", v.id()));
    v.goTo(Entry.rip(Entry.IDLE, 0));
  }
}
