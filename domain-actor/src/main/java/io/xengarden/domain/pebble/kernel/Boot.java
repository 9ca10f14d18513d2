package io.xengarden.domain.pebble.kernel;

import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.StartInfo;
import io.xengarden.domain.pebble.image.Extents;
import io.xengarden.domain.pebble.image.KernelState;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Ports;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.Task;
import io.xengarden.domain.pebble.image.VcpuRecord;
import io.xengarden.machine.Memory;

/** vCPU 0's way from the domain builder's start_info (in rsi) to the first two tasks. */
public final class Boot extends Routine<Boot.At> {
  /** Least RAM, in pages: the image, the builder's pages, and some to work with. */
  public static final long MINIMUM_PAGES = 1024;

  /** Its steps. */
  public enum At {
    START,
    MAP_GRANTS,
    BIND_EVENTS,
    READY
  }

  public Boot() {
    super(Entry.BOOT, At.class);
  }

  @Override
  protected void step(At at, Vcpu v) {
    switch (at) {
      case START -> start(v);
      case MAP_GRANTS -> v.call(Entry.MAP_GRANTS, at(At.BIND_EVENTS), 1);
      case BIND_EVENTS -> {
        if (v.task().result() != 0) {
          throw new IllegalStateException("no grant table: " + v.task().result());
        }
        v.call(Entry.BIND_EVENTS, at(At.READY), 0);
      }
      case READY -> ready(v);
    }
  }

  private void start(Vcpu v) {
    long at = v.context().rsi;
    StartInfo info = StartInfo.readFrom(v.memory(), at);
    if (!info.magic().startsWith("xen-3.0-x86_64")) {
      v.crash(Printf.text("Pebble: no start_info of a 64-bit Xen at 0x%x", at));
      return;
    }
    if (info.nrPages() < MINIMUM_PAGES) {
      v.crash(
          Printf.text("Pebble: %d pages are too few, %d at least", info.nrPages(), MINIMUM_PAGES));
      return;
    }
    KernelState state = v.state();
    state.startInfo(at);
    state.ramPages(info.nrPages());
    connect(state, info);
    reserveImage(v, info);
    v.record().set(VcpuRecord.ONLINE, true);
    v.record().timer(VcpuRecord.NEVER);
    SharedInfo.maskUpcalls(v.memory(), state.sharedInfo(), v.id());
    Task init = Scheduler.spawn(v, new Scheduler.Spawn(Entry.INIT, "init", Task.KERNEL, 0));
    banner(v, info);
    // This vCPU goes on as init: through the rest of the boot first, then to where init begins.
    Task running = Scheduler.take(v, 0);
    running.state(Task.State.RUNNING);
    v.context().rsp = init.address();
    v.goTo(at(At.MAP_GRANTS));
  }

  /** Takes what start_info says of the rings and of shared_info; again after each resume. */
  public static void connect(KernelState state, StartInfo info) {
    state.sharedInfo(info.sharedInfo());
    state.consoleRing(info.consoleMfn() << Memory.PAGE_SHIFT);
    state.consolePort(info.consoleEvtchn());
    state.storeRing(info.storeMfn() << Memory.PAGE_SHIFT);
    state.storePort(info.storeEvtchn());
  }

  /** Opens the ports that the domain builder made. */
  public static void openRings(Vcpu v) {
    Upcall.open(v, v.state().storePort(), Ports.Kind.STORE, 0);
    Upcall.open(v, v.state().consolePort(), Ports.Kind.CONSOLE, 0);
  }

  /** Everything up to the boot stack belongs to the image and the domain builder. */
  private static void reserveImage(Vcpu v, StartInfo info) {
    long stack = (v.context().rsp - 1) >>> Memory.PAGE_SHIFT;
    long last = Math.max(Layout.PAGES - 1, v.state().startInfo() >>> Memory.PAGE_SHIFT);
    for (long gfn : new long[] {stack, info.storeMfn(), info.consoleMfn()}) {
      last = gfn < info.nrPages() ? Math.max(last, gfn) : last;
    }
    new Extents(v.memory()).reserve(0, last + 1);
  }

  private static void banner(Vcpu v, StartInfo info) {
    v.log(Printf.text("Pebble %s (image format %d) x86_64", Version.RELEASE, Layout.FORMAT));
    v.log("Command line: " + info.cmdLine());
    v.log("Booting paravirtualized kernel on Xen");
    long inUse = new Extents(v.memory()).pagesInUse();
    v.log(
        Printf.text("Memory: %dK/%dK available", (info.nrPages() - inUse) * 4, info.nrPages() * 4));
  }

  private void ready(Vcpu v) {
    openRings(v);
    SharedInfo.unmaskUpcalls(v.memory(), v.state().sharedInfo(), v.id());
    v.log("printk: console [hvc0] enabled");
    Scheduler.spawn(
        v, new Scheduler.Spawn(Entry.XENWATCH, "xenwatch", Task.KERNEL | Task.ON_VCPU_0, 0));
    v.goTo(Entry.rip(Entry.INIT, 0));
  }
}
