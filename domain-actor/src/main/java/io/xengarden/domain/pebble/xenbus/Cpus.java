package io.xengarden.domain.pebble.xenbus;

import io.xengarden.abi.Errno;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.VcpuContext;
import io.xengarden.abi.VcpuOp;
import io.xengarden.domain.pebble.image.Extents;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.VcpuRecord;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Timers;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.store.Store;
import io.xengarden.machine.Memory;

/** Brings vCPUs up and down as cpu/N/availability says. vCPU 0 always stays. */
public final class Cpus extends Routine<Cpus.At> {
  private static final int INDEX = 0;

  /** Pages that hold the context of a vCPU while Xen reads it. */
  private static final int CONTEXT_GFN = 1;

  private static final long CONTEXT_PAGES = Layout.pagesFor(VcpuContext.SIZE);

  /** Its steps. */
  public enum At {
    NEXT,
    AVAILABILITY_READ,
    BOUND,
    INITIALISED,
    UP,
    LEAVING
  }

  public Cpus() {
    super(Entry.CPUS, At.class);
  }

  @Override
  public int locals() {
    return 2;
  }

  @Override
  protected void step(At at, Vcpu v) {
    Task task = v.task();
    int vcpu = (int) task.local(INDEX);
    switch (at) {
      case NEXT -> next(v, (int) task.add(INDEX, 1));
      case AVAILABILITY_READ -> availability(v, vcpu);
      case BOUND -> initialise(v, vcpu);
      case INITIALISED -> initialised(v, vcpu);
      case UP -> {
        if (v.answer() == 0) {
          v.record(vcpu).set(VcpuRecord.ONLINE, true);
        } else {
          v.log(Printf.text("cpu %d: VCPUOP_up: error %d", vcpu, v.answer()));
        }
        v.goTo(at(At.NEXT));
      }
      case LEAVING -> leaving(v, vcpu);
    }
  }

  private void next(Vcpu v, int vcpu) {
    if (vcpu < Layout.VCPU_COUNT) {
      Store.read(v, "cpu/" + vcpu + "/availability", at(At.AVAILABILITY_READ));
    } else {
      v.ret(0);
    }
  }

  private void availability(Vcpu v, int vcpu) {
    if (v.task().result() < 0) {
      v.ret(0); // there is no such vCPU, nor one after it
      return;
    }
    VcpuRecord record = v.record(vcpu);
    boolean online = record.is(VcpuRecord.ONLINE);
    switch (Store.reply(v)) {
      case "online" -> {
        if (online) {
          v.goTo(at(At.NEXT));
        } else if (record.kickPort() == 0) {
          v.call(Entry.BIND_EVENTS, at(At.BOUND), vcpu);
        } else {
          v.goTo(at(At.BOUND));
        }
      }
      case "offline" -> {
        if (online) {
          leave(v, vcpu);
          v.goTo(at(At.LEAVING));
        } else {
          v.goTo(at(At.NEXT));
        }
      }
      default -> v.goTo(at(At.NEXT));
    }
  }

  /** Asks a vCPU to go down when it has put its task aside. */
  static void leave(Vcpu v, int vcpu) {
    v.record(vcpu).set(VcpuRecord.LEAVING, true);
    v.send(v.record(vcpu).kickPort());
  }

  private void leaving(Vcpu v, int vcpu) {
    if (v.record(vcpu).is(VcpuRecord.ONLINE)) {
      v.park(Wait.VCPU_DOWN, 0, at(At.LEAVING));
      return;
    }
    v.log(Printf.text("CPU%d: offline", vcpu));
    Timers.armEarliest(v); // its timer went down with it
    v.goTo(at(At.NEXT));
  }

  private void initialise(Vcpu v, int vcpu) {
    Extents extents = new Extents(v.memory());
    long gfn = extents.allocate(CONTEXT_PAGES, v.state().ramPages());
    if (gfn < 0) {
      v.log(Printf.text("cpu %d: no memory to bring it up", vcpu));
      v.ret(0);
      return;
    }
    v.task().local(CONTEXT_GFN, gfn);
    long at = gfn << Memory.PAGE_SHIFT;
    v.memory().write(at, context(vcpu).toBytes());
    v.hypercall(Hypercall.VCPU_OP, new long[] {VcpuOp.INITIALISE, vcpu, at}, at(At.INITIALISED));
  }

  private static VcpuContext context(int vcpu) {
    VcpuContext context = new VcpuContext();
    context.rip = Entry.rip(Entry.SECONDARY, 0);
    context.rsp = Layout.vcpu(vcpu);
    context.rflags = VcpuContext.RFLAGS_IF;
    context.cs = VcpuContext.FLAT_KERNEL_CS;
    context.ss = VcpuContext.FLAT_KERNEL_SS;
    context.flags = VcpuContext.VGCF_IN_KERNEL | VcpuContext.VGCF_ONLINE;
    return context;
  }

  private void initialised(Vcpu v, int vcpu) {
    long answer = v.answer();
    new Extents(v.memory()).free(v.task().local(CONTEXT_GFN), CONTEXT_PAGES);
    // It exists already when it has only been down: it goes on where it went down.
    if (answer != 0 && answer != Errno.EEXIST.result()) {
      v.log(Printf.text("cpu %d: VCPUOP_initialise: error %d", vcpu, answer));
      v.goTo(at(At.NEXT));
      return;
    }
    v.hypercall(Hypercall.VCPU_OP, VcpuOp.UP, vcpu, at(At.UP));
  }
}
