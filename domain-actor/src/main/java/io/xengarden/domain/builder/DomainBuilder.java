package io.xengarden.domain.builder;

import io.xengarden.abi.Domid;
import io.xengarden.abi.GrantEntry;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.SharedInfo.TimeInfo;
import io.xengarden.abi.SharedInfo.Wallclock;
import io.xengarden.abi.StartInfo;
import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.CapturedState;
import io.xengarden.domain.CapturedState.CapturedVcpu;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.machine.Memory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Lays out an auto-translated paravirtual domain in the memory the hypervisor gave it, and, from
 * saved state, lays it out again.
 *
 * <pre>
 * gfn 0        kernel image
 * kernel + 0   start_info
 * kernel + 1   xenstore ring page
 * kernel + 2   console ring page
 * kernel + 3   boot stack
 * …            free RAM, untouched
 * pages        shared_info: the first frame above RAM
 * </pre>
 *
 * No page tables and no p2m list: frames in start_info are gfns. Everything happens before the
 * domain's actor owns the domain. Source: libxenguest, xen/include/public/xen.h.
 */
public final class DomainBuilder {
  /** Guest frames the builder adds behind the kernel. */
  public static final int BUILDER_PAGES = 4;

  private static final int START_INFO = 0;
  private static final int XENSTORE = 1;
  private static final int CONSOLE = 2;
  private static final int BOOT_STACK = 3;

  /** Restored system time beyond this, 146 years, is no time anyone has saved. */
  private static final long MAX_GUEST_TIME_NS = Long.MAX_VALUE / 2;

  private DomainBuilder() {}

  /**
   * Builds a domain that starts at the kernel's entry, at system time 0.
   *
   * @param entropy what the kernel would take from hardware
   * @throws BuildFailed when the kernel does not fit, the command line is too long, or the domain
   *     is not as fresh as it must be
   */
  public static BuiltDomain build(
      XenDomain xen, BuildSpec spec, InstantSource wallclock, RandomGenerator entropy) {
    check(xen, spec);
    Memory memory = xen.memory();
    spec.kernel().place(memory, entropy);
    long first = spec.kernel().pages();
    Connections connections = connect(xen, first + XENSTORE, first + CONSOLE);
    startInfo(xen, spec, connections).writeTo(memory, address(first + START_INFO));
    for (int vcpu = 0; vcpu < SharedInfo.MAX_LEGACY_VCPUS; vcpu++) {
      SharedInfo.maskUpcalls(xen.sharedInfo(), 0, vcpu);
    }
    shareInfo(xen, 0, wallclock.instant());
    VcpuContext boot =
        bootContext(
            spec.kernel().entry(), address(first + START_INFO), address(first + BOOT_STACK));
    return connections.built(List.of(boot));
  }

  /**
   * Builds a domain again around pages that are in memory already: new ports and grants for
   * xenstore and console, written into its start_info; shared_info as saved, without anything
   * pending or masked; its system time goes on from where it was; and vCPU 0 comes back from its
   * suspend hypercall with 0, which tells the guest to connect anew.
   *
   * @throws BuildFailed when the state cannot be that of a suspended domain
   */
  public static BuiltDomain restore(XenDomain xen, CapturedState state, InstantSource wallclock) {
    List<VcpuContext> contexts = contexts(xen, state);
    if (state.sharedInfo().length != Memory.PAGE_SIZE) {
      throw new BuildFailed("shared_info of " + state.sharedInfo().length + " bytes, not 4096");
    }
    if (state.guestTimeNs() < 0 || state.guestTimeNs() > MAX_GUEST_TIME_NS) {
      throw new BuildFailed("impossible guest time " + state.guestTimeNs() + " ns");
    }
    VcpuContext boot = contexts.getFirst();
    long at = address(frame(xen, "start_info", boot.rdx));
    StartInfo saved = StartInfo.readFrom(xen.memory(), at);
    if (!saved.magic().equals(StartInfo.MAGIC_X86_64)) {
      throw new BuildFailed("no start_info in frame " + boot.rdx);
    }
    Connections connections =
        connect(
            xen,
            frame(xen, "xenstore page", saved.storeMfn()),
            frame(xen, "console page", saved.consoleMfn()));
    reconnect(xen, at, connections);
    restoreSharedInfo(xen, state);
    shareInfo(xen, state.guestTimeNs(), wallclock.instant());
    boot.rax = 0;
    return connections.built(contexts);
  }

  /** The two rings that every domain has before it has any driver. */
  private record Connections(int storePort, int consolePort, long storeGfn, long consoleGfn) {
    BuiltDomain built(List<VcpuContext> contexts) {
      return new BuiltDomain(storePort, consolePort, storeGfn, consoleGfn, contexts);
    }
  }

  private static void check(XenDomain xen, BuildSpec spec) {
    long need = Math.max(spec.kernel().minimumPages(), spec.kernel().pages() + BUILDER_PAGES);
    if (spec.pages() != xen.pages()) {
      throw new BuildFailed(spec.pages() + " pages asked for, the domain has " + xen.pages());
    }
    if (spec.pages() < need) {
      throw new BuildFailed(
          "%s needs %d KiB of memory, the domain has %d KiB"
              .formatted(spec.kernel().name(), need * 4, spec.pages() * 4));
    }
    if (spec.vcpus() < 1 || spec.vcpus() > vcpuLimit(xen)) {
      throw new BuildFailed(spec.vcpus() + " vCPUs, the domain may have " + vcpuLimit(xen));
    }
    int length = spec.cmdline().getBytes(StandardCharsets.UTF_8).length;
    if (length >= StartInfo.CMD_LINE_SIZE || spec.cmdline().indexOf(0) >= 0) {
      throw new BuildFailed(
          "kernel command line of %d bytes, at most %d and no NUL"
              .formatted(length, StartInfo.CMD_LINE_SIZE - 1));
    }
  }

  private static Connections connect(XenDomain xen, long storeGfn, long consoleGfn) {
    int storePort = port(xen.events().allocUnbound(Domid.DOM0));
    int consolePort = port(xen.events().allocUnbound(Domid.DOM0));
    xen.grants().seed(GrantEntry.CONSOLE_REF, Domid.DOM0, consoleGfn);
    xen.grants().seed(GrantEntry.XENSTORE_REF, Domid.DOM0, storeGfn);
    return new Connections(storePort, consolePort, storeGfn, consoleGfn);
  }

  private static int port(long result) {
    if (result <= 0) {
      throw new BuildFailed("no event channel for xenstore and console: error " + -result);
    }
    return (int) result;
  }

  private static StartInfo startInfo(XenDomain xen, BuildSpec spec, Connections connections) {
    return new StartInfo(
        StartInfo.MAGIC_X86_64,
        spec.pages(),
        address(xen.pages()),
        0,
        connections.storeGfn(),
        connections.storePort(),
        connections.consoleGfn(),
        connections.consolePort(),
        0,
        0,
        0,
        0,
        0,
        spec.cmdline(),
        0,
        0);
  }

  /** Only what is anew is written; the rest of the page stays as the guest left it. */
  private static void reconnect(XenDomain xen, long startInfo, Connections connections) {
    Memory memory = xen.memory();
    memory.putLong(startInfo + StartInfo.NR_PAGES, xen.pages());
    memory.putLong(startInfo + StartInfo.SHARED_INFO, address(xen.pages()));
    memory.putLong(startInfo + StartInfo.STORE_MFN, connections.storeGfn());
    memory.putInt(startInfo + StartInfo.STORE_EVTCHN, connections.storePort());
    memory.putLong(startInfo + StartInfo.CONSOLE_MFN, connections.consoleGfn());
    memory.putInt(startInfo + StartInfo.CONSOLE_EVTCHN, connections.consolePort());
  }

  /** Maps shared_info, and sets its clocks: {@code guestTimeNs} is now. */
  private static void shareInfo(XenDomain xen, long guestTimeNs, Instant now) {
    xen.memory().map(xen.pages(), xen.sharedInfoMfn(), 1);
    Memory page = xen.sharedInfo();
    for (int vcpu = 0; vcpu < SharedInfo.MAX_LEGACY_VCPUS; vcpu++) {
      SharedInfo.writeTime(page, 0, vcpu, TimeInfo.nanosecondTsc(0, guestTimeNs));
    }
    Instant zero = now.minusNanos(guestTimeNs);
    SharedInfo.writeWallclock(page, 0, new Wallclock(zero.getEpochSecond(), zero.getNano()));
  }

  private static void restoreSharedInfo(XenDomain xen, CapturedState state) {
    Memory page = xen.sharedInfo();
    page.write(0, state.sharedInfo());
    page.fill(SharedInfo.EVTCHN_PENDING, 2L * SharedInfo.EVTCHN_2L_PORTS / 8, (byte) 0);
    for (int vcpu = 0; vcpu < SharedInfo.MAX_LEGACY_VCPUS; vcpu++) {
      SharedInfo.takePendingSel(page, 0, vcpu);
      SharedInfo.clearUpcallPending(page, 0, vcpu);
    }
  }

  private static VcpuContext bootContext(long entry, long startInfo, long stack) {
    VcpuContext context = new VcpuContext();
    context.rip = entry;
    context.rsi = startInfo;
    context.rsp = stack + Memory.PAGE_SIZE;
    context.rflags = VcpuContext.RFLAGS_IF;
    context.cs = VcpuContext.FLAT_KERNEL_CS;
    context.ss = VcpuContext.FLAT_KERNEL_SS;
    context.kernelSs = context.ss;
    context.kernelSp = context.rsp;
    context.flags = VcpuContext.VGCF_IN_KERNEL | VcpuContext.VGCF_ONLINE;
    return context;
  }

  private static List<VcpuContext> contexts(XenDomain xen, CapturedState state) {
    List<VcpuContext> contexts = new ArrayList<>();
    for (CapturedVcpu saved : state.vcpus()) {
      if (saved.vcpu() < contexts.size() || saved.vcpu() >= vcpuLimit(xen)) {
        throw new BuildFailed("vCPU " + saved.vcpu() + " is not one of " + vcpuLimit(xen));
      }
      if (saved.context().length != VcpuContext.SIZE) {
        throw new BuildFailed("context of " + saved.context().length + " bytes");
      }
      while (contexts.size() < saved.vcpu()) {
        contexts.add(new VcpuContext());
      }
      VcpuContext context = VcpuContext.fromBytes(saved.context());
      context.flags |= VcpuContext.VGCF_ONLINE;
      contexts.add(context);
    }
    if (contexts.isEmpty() || !contexts.getFirst().isOnline()) {
      throw new BuildFailed("vCPU 0 is missing");
    }
    return contexts;
  }

  /** A frame number out of a saved domain: it must be RAM. */
  private static long frame(XenDomain xen, String what, long gfn) {
    if (gfn < 0 || gfn >= xen.pages() || !xen.memory().isMapped(gfn)) {
      throw new BuildFailed("%s in frame 0x%x, outside memory".formatted(what, gfn));
    }
    return gfn;
  }

  private static int vcpuLimit(XenDomain xen) {
    return Math.min(xen.maxVcpus(), SharedInfo.MAX_LEGACY_VCPUS);
  }

  private static long address(long gfn) {
    return gfn << Memory.PAGE_SHIFT;
  }
}
