package io.xengarden.domain.pebble;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.ConsoleRing;
import io.xengarden.abi.Domid;
import io.xengarden.abi.EventSink;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.BenchDomain;
import io.xengarden.domain.CapturedState;
import io.xengarden.domain.Guest;
import io.xengarden.domain.TestDomain;
import io.xengarden.domain.builder.BuildSpec;
import io.xengarden.domain.builder.BuiltDomain;
import io.xengarden.domain.builder.DomainBuilder;
import io.xengarden.domain.vcpu.Alarm;
import io.xengarden.domain.vcpu.Runstate;
import io.xengarden.domain.vcpu.Vcpu;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.machine.Memory;
import io.xengarden.machine.PageView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Pebble on a bench: the real domain, hypercalls, event channels, grants and store, called directly
 * and in virtual time; console and disks are played by the test. Every slice may be as short as the
 * test wants, and between any two of them the kernel's objects are thrown away.
 */
final class Bench implements AutoCloseable {
  static final int DOMID = TestDomain.DOMID.value();
  static final String HOME = "/local/domain/" + DOMID;

  /** A slice in which no more than one step fits. */
  static final long ONE_STEP_NS = 250;

  private static final long STEPS_MAX = 3_000_000;

  /** What a bench is set up with. */
  record Setup(long pages, int vcpus, String cmdline, long sliceNs) {
    static Setup plain() {
      return new Setup(4096, 1, "", 1_000_000);
    }

    Setup withVcpus(int count) {
      return new Setup(pages, count, cmdline, sliceNs);
    }

    Setup withCmdline(String text) {
      return new Setup(pages, vcpus, text, sliceNs);
    }

    Setup withSlices(long ns) {
      return new Setup(pages, vcpus, cmdline, ns);
    }

    Setup withPages(long count) {
      return new Setup(count, vcpus, cmdline, sliceNs);
    }
  }

  private record Ringing(long at, long order, int vcpu, Alarm.Kind kind) {}

  /** Something of dom0 that wants to be called until it has nothing to do. */
  interface Device {
    /** True when it did something. */
    boolean work();

    /** When it wants to be called again although nothing happens, or Long.MAX_VALUE. */
    default long nextDue() {
      return Long.MAX_VALUE;
    }
  }

  TestDomain domain;
  final Dom0Store store = new Dom0Store();
  final List<Device> devices = new ArrayList<>();
  final StringBuilder console = new StringBuilder();
  PageView consolePage;
  boolean readConsole = true;
  boolean storeServed = true;
  private final Setup setup;
  private BuiltDomain built;
  private final PriorityQueue<Ringing> timers =
      new PriorityQueue<>(Comparator.comparingLong(Ringing::at).thenComparingLong(Ringing::order));
  private boolean storeRang;
  private int nextVcpu;
  private long order;

  Bench(Setup setup) {
    this.setup = setup;
    domain = TestDomain.empty(setup.pages(), setup.vcpus());
    PebbleImage image = new PebbleImage();
    built =
        DomainBuilder.build(
            domain.xen,
            new BuildSpec(image, setup.cmdline(), setup.pages(), setup.vcpus()),
            TestDomain.WALLCLOCK,
            new Random(1));
    BenchDomain.start(domain, built, 0);
    nodes();
    serve();
  }

  /** Dom0's ends of the two rings that every domain has. */
  private void serve() {
    consolePage = domain.xen.memory().page(built.consoleGfn(), true);
    connect(built.consolePort(), () -> {});
    connect(built.storePort(), () -> storeRang = true);
    store.introduce(
        DOMID, domain.xen.memory().page(built.storeGfn(), true), raise(built.storePort()));
  }

  private void nodes() {
    String guest = "r" + DOMID;
    store.mkdir(HOME);
    store.perms(HOME, "n0", guest);
    store.write(HOME + "/name", "web");
    for (String directory : List.of("cpu", "device", "device/vbd", "control", "memory")) {
      store.mkdir(HOME + "/" + directory);
    }
    for (int vcpu = 0; vcpu < setup.vcpus(); vcpu++) {
      store.write(HOME + "/cpu/" + vcpu + "/availability", "online");
    }
    for (String node :
        List.of("shutdown", "feature-poweroff", "feature-reboot", "feature-suspend")) {
      store.write(HOME + "/control/" + node, "");
      store.perms(HOME + "/control/" + node, "n" + DOMID);
    }
    store.write(HOME + "/memory/target", setup.pages() * 4);
  }

  /** Binds a guest's unbound port to dom0; what the guest's send calls. */
  void connect(int port, EventSink sink) {
    long result = domain.xen.events().connect(port, Domid.DOM0, port, sink);
    assertThat(result).as("port %d connects", port).isZero();
    raise(port).raise(); // as Xen does: events may have been lost before
  }

  /** Raises a port of the guest. */
  EventSink raise(int port) {
    return domain.xen.inbox().sink(port);
  }

  /** The xenstore ring, as the store sees it. */
  PageView storePage() {
    return domain.xen.memory().page(built.storeGfn(), true);
  }

  void raiseStore() {
    storeRang = true;
  }

  // ---- the console ----

  void type(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int done = 0;
    while (done < bytes.length) {
      done += ConsoleRing.writeIn(consolePage, 0, bytes, done, bytes.length - done);
      raise(built.consolePort()).raise();
      if (done < bytes.length) {
        int before = done;
        runUntil(
            () -> ConsoleRing.inAvailable(consolePage, 0) < ConsoleRing.IN_SIZE, 1_000_000_000);
        assertThat(done).as("input moves").isEqualTo(before);
      }
    }
  }

  /** Runs a command line and returns what it printed, line feeds only. */
  String command(String line) {
    awaitPrompt();
    int from = console.length();
    type(line + "\r");
    assertThat(runUntil(() -> console.length() > from && atPrompt(), 600_000_000_000L))
        .as("prompt after %s; console: %s", line, console.substring(from))
        .isTrue();
    String text = console.substring(from).replace("\r\n", "\n");
    return text.substring(text.indexOf('\n') + 1, text.length() - "pebble# ".length());
  }

  /** Runs a command line; its exit status. */
  int status(String line) {
    command(line);
    return Integer.parseInt(command("echo $?").strip());
  }

  void awaitPrompt() {
    assertThat(runUntil(this::atPrompt, 60_000_000_000L))
        .as("prompt; console: %s", console)
        .isTrue();
  }

  boolean atPrompt() {
    int start = console.length() - "pebble# ".length();
    return start >= 0
        && console.substring(start).equals("pebble# ")
        && (start == 0 || console.charAt(start - 1) == '\n');
  }

  private boolean drainConsole() {
    if (!readConsole) {
      return false;
    }
    byte[] bytes = new byte[ConsoleRing.OUT_SIZE];
    int count = ConsoleRing.readOut(consolePage, 0, bytes, 0, bytes.length);
    console.append(new String(bytes, 0, count, StandardCharsets.UTF_8));
    if (count > 0) {
      raise(built.consolePort()).raise();
    }
    return count > 0;
  }

  // ---- running ----

  long now() {
    return domain.hostNanos;
  }

  /** Runs until a condition holds, or {@code limitNs} of virtual time have passed. */
  boolean runUntil(BooleanSupplier condition, long limitNs) {
    long end = now() + limitNs;
    for (long steps = 0; steps < STEPS_MAX; steps++) {
      if (condition.getAsBoolean()) {
        return true;
      }
      if (!step() && !advance(end)) {
        return condition.getAsBoolean();
      }
      if (now() > end) {
        return condition.getAsBoolean();
      }
    }
    throw new AssertionError("no end of it; console: " + console);
  }

  void run(long ns) {
    long end = now() + ns;
    runUntil(() -> now() >= end, ns);
    domain.hostNanos = Math.max(domain.hostNanos, end);
  }

  /** Everything that can happen now happens once; false when nothing could. */
  private boolean step() {
    domain.live.takeEvents();
    boolean any = runOneVcpu();
    if (storeRang && storeServed) {
      storeRang = false;
      store.serve(DOMID);
      any = true;
    }
    any |= store.runWatchers();
    for (Device device : List.copyOf(devices)) {
      any |= device.work();
    }
    return any | drainConsole();
  }

  private boolean runOneVcpu() {
    int count = domain.live.vcpuCount();
    for (int i = 0; i < count; i++) {
      Vcpu vcpu = domain.vcpu((nextVcpu + i) % count);
      if (vcpu.isUp() && vcpu.state() == Runstate.RUNNABLE && !domain.live.isShutDown()) {
        nextVcpu = (vcpu.id() + 1) % count;
        slice(vcpu);
        return true;
      }
    }
    return false;
  }

  private void slice(Vcpu vcpu) {
    vcpu.context(VcpuContext.fromBytes(vcpu.context().toBytes()));
    Guest fresh = new PebbleImage().newGuest();
    domain.slice(vcpu.id(), fresh, setup.sliceNs());
    for (TestDomain.Started timer : domain.timers) {
      timers.add(new Ringing(now() + timer.delayNs(), order++, timer.vcpu(), timer.kind()));
    }
    domain.timers.clear();
    domain.hostNanos += BenchDomain.used(domain);
    ringTimers();
  }

  /** Lets time pass to the next timer, not beyond {@code end}. */
  private boolean advance(long end) {
    long next = timers.isEmpty() ? Long.MAX_VALUE : timers.peek().at();
    for (Device device : devices) {
      next = Math.min(next, device.nextDue());
    }
    if (next > end) {
      domain.hostNanos = Math.max(now(), end);
      return false;
    }
    domain.hostNanos = Math.max(now(), next);
    ringTimers();
    return true;
  }

  private void ringTimers() {
    while (!timers.isEmpty() && timers.peek().at() <= now()) {
      Ringing timer = timers.poll();
      domain.live.hostTimerRang(domain.vcpu(timer.vcpu()), timer.kind());
    }
  }

  // ---- suspend ----

  /** Asks for a suspend and waits for it. */
  void suspend() {
    store.write(HOME + "/control/shutdown", "suspend");
    assertThat(runUntil(domain.live::isShutDown, 10_000_000_000L)).as("suspended").isTrue();
    assertThat(shutdownReason()).isEqualTo(ShutdownReason.SUSPEND);
    assertThat(store.read(HOME + "/control/shutdown")).as("acknowledged").hasValue("");
  }

  /** The suspend did not happen after all. */
  void cancelSuspend() {
    domain.vcpu(0).context().rax = 1;
    domain.live.resume();
  }

  /** Pages and captured state go to a new domain; nothing else does. Devices attach anew. */
  void restoreElsewhere() {
    TestDomain old = domain;
    long guestTime = old.live.clock().now();
    CapturedState state =
        new CapturedState(
            List.of(new CapturedState.CapturedVcpu(0, old.vcpu(0).context().toBytes())),
            old.xen.sharedInfo().read(0, Memory.PAGE_SIZE),
            guestTime);
    domain = TestDomain.empty(setup.pages(), setup.vcpus());
    domain.hostNanos = old.hostNanos + 7_000_000_000_000L;
    old.xen.memory().copyTo(0, domain.xen.memory(), 0, setup.pages() << Memory.PAGE_SHIFT);
    timers.clear();
    built = DomainBuilder.restore(domain.xen, state, TestDomain.WALLCLOCK);
    BenchDomain.start(domain, built, guestTime);
    storeRang = false;
    devices.clear();
    store.forgetWatchers();
    serve();
    old.close();
  }

  /** Why the domain has shut down; fails when it has not. */
  ShutdownReason shutdownReason() {
    return domain.live.shutdownReason().orElseThrow(() -> new AssertionError("runs; " + console));
  }

  /** What the domain said to Xen's console: why it crashed. */
  List<String> xenConsole() {
    return domain.told(HypervisorCommand.ConsoleWrite.class).stream()
        .map(HypervisorCommand.ConsoleWrite::line)
        .toList();
  }

  Memory memory() {
    return domain.xen.memory();
  }

  @Override
  public void close() {
    domain.close();
  }

  /** Kernel frames in which anything was ever written. */
  long touchedKernelPages() {
    return java.util.stream.IntStream.range(0, new PebbleImage().pages())
        .filter(gfn -> hasContent(gfn))
        .count();
  }

  private boolean hasContent(int gfn) {
    for (byte b : memory().read((long) gfn << Memory.PAGE_SHIFT, Memory.PAGE_SIZE)) {
      if (b != 0) {
        return true;
      }
    }
    return false;
  }
}
