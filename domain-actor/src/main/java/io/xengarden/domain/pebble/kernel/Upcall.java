package io.xengarden.domain.pebble.kernel;

import io.xengarden.abi.SharedInfo;
import io.xengarden.domain.pebble.image.Ports;
import io.xengarden.domain.pebble.image.VcpuRecord;
import io.xengarden.machine.Memory;

/**
 * Takes pending events, one port a step, by Xen's 2-level scan: selector bit, word of pending bits,
 * port. What was interrupted lies in the vCPU's record.
 */
public final class Upcall extends Routine<Upcall.At> {
  /** Its steps. */
  public enum At {
    SCAN
  }

  public Upcall() {
    super(Entry.UPCALL, At.class);
  }

  @Override
  protected void step(At at, Vcpu v) {
    Memory memory = v.memory();
    long shared = v.state().sharedInfo();
    SharedInfo.clearUpcallPending(memory, shared, v.id());
    int port = takePort(v, memory, shared);
    if (port >= 0) {
      v.use(Cost.UPCALL);
      dispatch(v, port);
    } else {
      finish(v, memory, shared);
    }
  }

  /** A pending port, pending no more; -1 when there is none left. */
  private static int takePort(Vcpu v, Memory memory, long shared) {
    long selector = SharedInfo.vcpuInfo(shared, v.id()) + SharedInfo.PENDING_SEL;
    while (true) {
      long words = memory.getLong(selector);
      if (words == 0) {
        return -1;
      }
      int word = Long.numberOfTrailingZeros(words);
      long ports =
          SharedInfo.pendingWord(memory, shared, word) & ~SharedInfo.maskWord(memory, shared, word);
      if (ports != 0) {
        int port = (word << 6) + Long.numberOfTrailingZeros(ports);
        SharedInfo.clearPending(memory, shared, port);
        return port;
      }
      memory.getAndBitwiseAndLong(selector, ~(1L << word));
    }
  }

  private static void dispatch(Vcpu v, int port) {
    Ports ports = new Ports(v.memory());
    Ports.Kind kind = ports.kind(port);
    if (kind == Ports.Kind.NONE) {
      return;
    }
    ports.countOne(port);
    switch (kind) {
      case TIMER -> Timers.rang(v, ports.argument(port));
      case KICK -> v.expire(); // there is a task to take, or the vCPU shall go down
      default -> v.kernel().drivers().raised(kind, ports.argument(port), v);
    }
  }

  private static void finish(Vcpu v, Memory memory, long shared) {
    SharedInfo.unmaskUpcalls(memory, shared, v.id());
    VcpuRecord record = v.record();
    v.context().rsp = record.savedRsp();
    v.context().rax = record.savedRax();
    v.goTo(record.savedRip());
  }

  /** Unmasks a port for the first time, or again after a resume. */
  public static void open(Vcpu v, int port, Ports.Kind kind, int argument) {
    new Ports(v.memory()).bind(port, kind, argument);
    SharedInfo.unmask(v.memory(), v.state().sharedInfo(), port);
  }
}
