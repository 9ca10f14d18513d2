package io.xengarden.domain.pebble.xenbus;

import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.StartInfo;
import io.xengarden.abi.XenbusState;
import io.xengarden.domain.pebble.console.Console;
import io.xengarden.domain.pebble.image.KernelState;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Ports;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.VcpuRecord;
import io.xengarden.domain.pebble.image.Wait;
import io.xengarden.domain.pebble.kernel.Boot;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.domain.pebble.kernel.Power;
import io.xengarden.domain.pebble.kernel.Routine;
import io.xengarden.domain.pebble.kernel.Scheduler;
import io.xengarden.domain.pebble.kernel.Timers;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.store.Store;
import io.xengarden.machine.Memory;

/**
 * Suspend: every vCPU but 0 down, no xenstore request half done, then SCHEDOP_shutdown(suspend).
 * Its answer is 1 when the suspend was cancelled and everything is as it was; 0 when the domain
 * runs anew, here or elsewhere, with no port, no grant and no xenstore connection of before.
 */
public final class Suspend extends Routine<Suspend.At> {
  static final long CANCELLED = 0;
  static final long RESUMED = 1;

  /** Words of pending bits. */
  private static final int PENDING_WORDS = SharedInfo.EVTCHN_2L_PORTS / 64;

  /** Its steps. */
  public enum At {
    START,
    QUIESCE,
    BACK,
    GRANTS_MAPPED,
    EVENTS_BOUND
  }

  public Suspend() {
    super(Entry.SUSPEND, At.class);
  }

  @Override
  protected void step(At at, Vcpu v) {
    switch (at) {
      case START -> {
        v.log("xen:manage: suspending");
        v.state().set(KernelState.SUSPENDING, true);
        onlineOthers(v, Cpus::leave);
        v.goTo(at(At.QUIESCE));
      }
      case QUIESCE -> quiesce(v);
      case BACK -> back(v, v.answer());
      case GRANTS_MAPPED -> v.call(Entry.BIND_EVENTS, at(At.EVENTS_BOUND), 0);
      case EVENTS_BOUND -> resumed(v);
    }
  }

  private interface VcpuAction {
    void apply(Vcpu v, int vcpu);
  }

  /** Does something to every other vCPU that is online; how many there are. */
  private static int onlineOthers(Vcpu v, VcpuAction action) {
    int online = 0;
    for (int vcpu = 1; vcpu < Layout.VCPU_COUNT; vcpu++) {
      if (v.record(vcpu).is(VcpuRecord.ONLINE)) {
        action.apply(v, vcpu);
        online++;
      }
    }
    return online;
  }

  private void quiesce(Vcpu v) {
    if (onlineOthers(v, (same, vcpu) -> {}) > 0) {
      v.park(Wait.VCPU_DOWN, 0, at(At.QUIESCE));
    } else if (!Store.isQuiet(v)) {
      v.park(Wait.STORE_QUIET, 0, at(At.QUIESCE));
    } else {
      v.task().set(Task.CRITICAL, true);
      SharedInfo.maskUpcalls(v.memory(), v.state().sharedInfo(), v.id());
      Power.shutdown(v, ShutdownReason.SUSPEND, at(At.BACK));
    }
  }

  private void back(Vcpu v, long answer) {
    if (answer == 0) {
      forget(v);
      v.call(Entry.MAP_GRANTS, at(At.GRANTS_MAPPED), 1);
      return;
    }
    goOn(v, answer == 1 ? "xen:manage: suspend cancelled" : "xen:manage: suspend failed");
    v.ret(CANCELLED);
  }

  /** Drops everything that belonged to the place where the domain was. */
  private static void forget(Vcpu v) {
    KernelState state = v.state();
    Memory memory = v.memory();
    Boot.connect(state, StartInfo.readFrom(memory, state.startInfo()));
    long shared = state.sharedInfo();
    SharedInfo.maskUpcalls(memory, shared, v.id());
    for (int word = 0; word < PENDING_WORDS; word++) {
      long at = shared + SharedInfo.EVTCHN_PENDING + 8L * word;
      if (memory.getLong(at) != 0) {
        memory.putLong(at, 0);
      }
    }
    SharedInfo.takePendingSel(memory, shared, v.id());
    state.grantFrames(0);
    new Ports(memory).unbindAll();
    for (int vcpu = 0; vcpu < Layout.VCPU_COUNT; vcpu++) {
      if (v.record(vcpu).kickPort() != 0) {
        v.record(vcpu).kickPort(0);
        v.record(vcpu).timer(VcpuRecord.NEVER);
      }
    }
    for (int index = 0; index < DeviceKind.count(); index++) {
      forgetDevices(v, DeviceKind.of(index));
    }
    Store.restart(v);
  }

  private static void forgetDevices(Vcpu v, DeviceKind kind) {
    for (int slot = 0; slot < kind.slots(); slot++) {
      Frontend frontend = Frontend.of(v.memory(), kind, slot);
      if (frontend.is(Frontend.USED)) {
        frontend.state(XenbusState.INITIALISING);
        frontend.backend("");
        frontend.port(0);
        frontend.set(Frontend.WATCHED | Frontend.FAILED | Frontend.RUNNING, false);
        Xenwatch.mark(v, 1 << kind.firstBit() + slot);
      }
    }
  }

  private void resumed(Vcpu v) {
    Boot.openRings(v);
    v.state().resumes(v.state().resumes() + 1);
    goOn(v, "xen:manage: resumed");
    v.ret(RESUMED);
  }

  private static void goOn(Vcpu v, String message) {
    v.state().set(KernelState.SUSPENDING, false);
    v.task().set(Task.CRITICAL, false);
    SharedInfo.unmaskUpcalls(v.memory(), v.state().sharedInfo(), v.id());
    v.log(message);
    Timers.armEarliest(v);
    Console.raised(v); // what has come meanwhile rang nobody
    Scheduler.wakeAll(v, Wait.STORE_ROOM);
    Xenwatch.mark(v, 1 << WatchBit.CPUS);
  }
}
