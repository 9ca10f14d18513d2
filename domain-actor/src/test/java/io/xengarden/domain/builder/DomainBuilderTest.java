package io.xengarden.domain.builder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xengarden.abi.Domid;
import io.xengarden.abi.GrantEntry;
import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.StartInfo;
import io.xengarden.abi.VcpuContext;
import io.xengarden.domain.CapturedState;
import io.xengarden.domain.CapturedState.CapturedVcpu;
import io.xengarden.domain.StepKernel;
import io.xengarden.domain.TestDomain;
import io.xengarden.hypervisor.evtchn.EventChannels;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DomainBuilderTest {
  private static final long PAGES = 64;
  private static final long START_INFO = 1;
  private static final long XENSTORE = 2;
  private static final long CONSOLE = 3;
  private static final long STACK = 4;

  private final StepKernel kernel = new StepKernel("builtin:step", (context, cpu) -> {});
  private final TestDomain domain = TestDomain.empty(PAGES, 2);
  private final Memory memory = domain.xen.memory();

  @AfterEach
  void close() {
    domain.close();
  }

  @Test
  void startInfoHasTheseBytes() {
    domain.build(kernel);

    TreeMap<Integer, Long> words = new TreeMap<>();
    for (int offset = 0; offset < Memory.PAGE_SIZE; offset += 8) {
      long word = memory.getLong((START_INFO << 12) + offset);
      if (word != 0) {
        words.put(offset, word);
      }
    }
    assertThat(words)
        .containsExactlyInAnyOrderEntriesOf(
            new TreeMap<>(
                java.util.Map.of(
                    0x00,
                    0x2e332d6e6578L | 0x2d30L << 48, // "xen-3.0-"
                    0x08,
                    0x34365f363878L, // "x86_64"
                    0x20,
                    PAGES,
                    0x28,
                    PAGES << 12, // shared_info: the first address above RAM
                    0x38,
                    XENSTORE,
                    0x40,
                    1L, // the store's port
                    0x48,
                    CONSOLE,
                    0x50,
                    2L, // the console's port
                    0x80,
                    0x3d656c6f736e6f63L, // "console="
                    0x88,
                    0x30637668L))); // "hvc0"
  }

  @Test
  void firstVcpuStartsAtTheEntryWithStartInfoInRsi() {
    BuiltDomain built = domain.build(kernel);

    assertThat(built.contexts()).hasSize(1);
    VcpuContext boot = built.contexts().getFirst();
    assertThat(boot.rip).isEqualTo(StepKernel.ENTRY);
    assertThat(boot.rsi).isEqualTo(START_INFO << 12);
    assertThat(boot.rsp).isEqualTo((STACK << 12) + 4096);
    assertThat(boot.rflags).isEqualTo(VcpuContext.RFLAGS_IF);
    assertThat(boot.cs).isEqualTo(0xe033);
    assertThat(boot.ss).isEqualTo(0xe02b);
    assertThat(List.of(boot.ds, boot.es, boot.fs, boot.gs)).containsOnly(0);
    assertThat(boot.cr3()).isZero();
    assertThat(boot.flags).isEqualTo(VcpuContext.VGCF_IN_KERNEL | VcpuContext.VGCF_ONLINE);
  }

  @Test
  void storeIsPortOneAndConsolePortTwoBothForDom0() {
    BuiltDomain built = domain.build(kernel);

    assertThat(built)
        .extracting(
            BuiltDomain::storePort,
            BuiltDomain::consolePort,
            BuiltDomain::storeGfn,
            BuiltDomain::consoleGfn)
        .containsExactly(1, 2, XENSTORE, CONSOLE);
    for (int port = 1; port <= 2; port++) {
      EventChannels.Status status = domain.xen.events().status(port);
      assertThat(status.state()).isEqualTo(EventChannels.State.UNBOUND);
      assertThat(status.remote()).isEqualTo(Domid.DOM0);
    }
  }

  @Test
  void grantsZeroAndOneReachConsoleAndXenstorePage() throws Exception {
    domain.build(kernel);
    memory.putByte(CONSOLE << 12, (byte) 'c');
    memory.putByte(XENSTORE << 12, (byte) 's');

    GrantAccess dom0 = domain.xen.grants().access(Domid.DOM0);
    try (GrantMapping console = dom0.map(GrantEntry.CONSOLE_REF, GrantAccess.Access.READ_WRITE);
        GrantMapping store = dom0.map(GrantEntry.XENSTORE_REF, GrantAccess.Access.READ_WRITE)) {
      assertThat(console.page().getByte(0)).isEqualTo((byte) 'c');
      assertThat(store.page().getByte(0)).isEqualTo((byte) 's');
    }
  }

  @Test
  void sharedInfoIsTheFirstFrameAboveRamWithUpcallsMaskedAndTheWallClockSet() {
    domain.build(kernel);

    long base = PAGES << 12;
    assertThat(((GuestMemory) memory).mfn(PAGES)).isEqualTo(domain.xen.sharedInfoMfn());
    for (int vcpu = 0; vcpu < SharedInfo.MAX_LEGACY_VCPUS; vcpu++) {
      assertThat(SharedInfo.isUpcallMasked(memory, base, vcpu)).isTrue();
      assertThat(SharedInfo.isUpcallPending(memory, base, vcpu)).isFalse();
    }
    assertThat(SharedInfo.readWallclock(memory, base))
        .isEqualTo(new SharedInfo.Wallclock(1_700_000_000L, 250_000_000));
  }

  @Test
  void onlyTheImageAndStartInfoAreWritten() {
    domain.build(kernel);

    List<Long> touched = new ArrayList<>();
    for (long gfn = 0; gfn < PAGES; gfn++) {
      byte[] page = memory.read(gfn << 12, Memory.PAGE_SIZE);
      for (byte value : page) {
        if (value != 0) {
          touched.add(gfn);
          break;
        }
      }
    }
    assertThat(touched).containsExactly(0L, START_INFO);
  }

  @Test
  void whatCannotBeBuiltIsRefusedInOneLine() {
    assertThatThrownBy(() -> build(new BuildSpec(kernel, "x".repeat(1024), PAGES, 1)))
        .isInstanceOf(BuildFailed.class)
        .hasMessage("kernel command line of 1024 bytes, at most 1023 and no NUL");
    assertThatThrownBy(() -> build(new BuildSpec(kernel, "a\0b", PAGES, 1)))
        .isInstanceOf(BuildFailed.class);
    assertThatThrownBy(() -> build(new BuildSpec(kernel, "", PAGES, 3)))
        .hasMessage("3 vCPUs, the domain may have 2");
    assertThatThrownBy(() -> build(new BuildSpec(kernel, "", PAGES + 1, 1)))
        .isInstanceOf(BuildFailed.class);
    try (TestDomain small = TestDomain.empty(7, 1)) {
      assertThatThrownBy(
              () ->
                  DomainBuilder.build(
                      small.xen,
                      new BuildSpec(kernel, "", 7, 1),
                      TestDomain.WALLCLOCK,
                      new Random(1)))
          .hasMessage("builtin:step needs 32 KiB of memory, the domain has 28 KiB");
    }
  }

  @Test
  void longestCommandLineFits() {
    build(new BuildSpec(kernel, "x".repeat(1023), PAGES, 1));

    assertThat(StartInfo.readFrom(memory, START_INFO << 12).cmdLine()).hasSize(1023);
  }

  @Test
  void restoreWritesNewPortsAndKeepsEverythingElse() {
    domain.build(kernel);
    CapturedState state = suspended(domain, 90_000_000_000L);
    try (TestDomain target = TestDomain.empty(PAGES, 2)) {
      memory.copyTo(0, target.xen.memory(), 0, PAGES << 12);
      target.xen.events().allocUnbound(Domid.DOM0); // so that ports come out different

      BuiltDomain restored = DomainBuilder.restore(target.xen, state, TestDomain.WALLCLOCK);

      assertThat(restored.storePort()).isEqualTo(2);
      assertThat(restored.consolePort()).isEqualTo(3);
      StartInfo before = StartInfo.readFrom(memory, START_INFO << 12);
      StartInfo after = StartInfo.readFrom(target.xen.memory(), START_INFO << 12);
      assertThat(after.storeEvtchn()).isEqualTo(2);
      assertThat(after.consoleEvtchn()).isEqualTo(3);
      assertThat(after)
          .usingRecursiveComparison()
          .ignoringFields("storeEvtchn", "consoleEvtchn")
          .isEqualTo(before);
      assertThat(restored.contexts()).hasSize(2);
      assertThat(restored.contexts().get(0).rax).as("suspend returns 0").isZero();
      assertThat(restored.contexts().get(0).rbx).isEqualTo(77);
      assertThat(restored.contexts().get(1).rax).isEqualTo(5);
    }
  }

  @Test
  void restoreClearsEventsAndGoesOnFromTheSavedTime() {
    domain.build(kernel);
    SharedInfo.setPending(domain.xen.sharedInfo(), 0, 9);
    SharedInfo.mask(domain.xen.sharedInfo(), 0, 10);
    SharedInfo.setPendingSel(domain.xen.sharedInfo(), 0, 0, 0);
    SharedInfo.setUpcallPending(domain.xen.sharedInfo(), 0, 0);
    SharedInfo.unmaskUpcalls(domain.xen.sharedInfo(), 0, 0);
    domain.xen.sharedInfo().putLong(SharedInfo.ARCH_MAX_PFN, 4711);
    CapturedState state = suspended(domain, 90_000_000_000L);
    try (TestDomain target = TestDomain.empty(PAGES, 2)) {
      memory.copyTo(0, target.xen.memory(), 0, PAGES << 12);

      DomainBuilder.restore(target.xen, state, TestDomain.WALLCLOCK);

      Memory page = target.xen.sharedInfo();
      assertThat(SharedInfo.isPending(page, 0, 9)).isFalse();
      assertThat(SharedInfo.isMasked(page, 0, 10)).isFalse();
      assertThat(SharedInfo.takePendingSel(page, 0, 0)).isZero();
      assertThat(SharedInfo.isUpcallPending(page, 0, 0)).isFalse();
      assertThat(SharedInfo.isUpcallMasked(page, 0, 0)).as("as the guest left it").isFalse();
      assertThat(page.getLong(SharedInfo.ARCH_MAX_PFN)).isEqualTo(4711);
      assertThat(SharedInfo.readTime(page, 0, 0).systemTimeNs()).isEqualTo(90_000_000_000L);
      assertThat(SharedInfo.readWallclock(page, 0))
          .as("wall clock now, minus 90 s of system time")
          .isEqualTo(new SharedInfo.Wallclock(1_699_999_910L, 250_000_000));
    }
  }

  @Test
  void restoreRefusesAStateThatIsNone() {
    domain.build(kernel);
    CapturedState good = suspended(domain, 5);
    byte[] noStartInfo = context(0, 0);
    byte[] outside = context(0, PAGES);

    assertRefused(new CapturedState(good.vcpus(), new byte[12], 5), "shared_info of 12 bytes");
    assertRefused(new CapturedState(good.vcpus(), good.sharedInfo(), -1), "impossible guest time");
    assertRefused(new CapturedState(List.of(), good.sharedInfo(), 5), "vCPU 0 is missing");
    assertRefused(with(good, new CapturedVcpu(1, context(0, START_INFO))), "vCPU 0 is missing");
    assertRefused(with(good, new CapturedVcpu(2, context(0, START_INFO))), "vCPU 2 is not one");
    assertRefused(with(good, new CapturedVcpu(0, new byte[3])), "context of 3 bytes");
    assertRefused(with(good, new CapturedVcpu(0, noStartInfo)), "no start_info in frame 0");
    assertRefused(with(good, new CapturedVcpu(0, outside)), "outside memory");
    memory.putLong((START_INFO << 12) + StartInfo.STORE_MFN, -1);
    assertRefused(good, "xenstore page in frame 0xffffffffffffffff, outside memory");
    memory.putLong((START_INFO << 12) + StartInfo.STORE_MFN, XENSTORE);
    memory.putLong((START_INFO << 12) + StartInfo.CONSOLE_MFN, 1L << 60);
    assertRefused(good, "console page in frame 0x1000000000000000, outside memory");
  }

  private void assertRefused(CapturedState state, String why) {
    try (TestDomain target = TestDomain.empty(PAGES, 2)) {
      memory.copyTo(0, target.xen.memory(), 0, PAGES << 12);
      assertThatThrownBy(() -> DomainBuilder.restore(target.xen, state, TestDomain.WALLCLOCK))
          .isInstanceOf(BuildFailed.class)
          .hasMessageContaining(why);
      assertThat(target.xen.events().nextOpen(0)).as("no port left behind").isEqualTo(-1);
    }
  }

  private static CapturedState with(CapturedState good, CapturedVcpu only) {
    return new CapturedState(List.of(only), good.sharedInfo(), good.guestTimeNs());
  }

  private static CapturedState suspended(TestDomain domain, long guestTime) {
    return new CapturedState(
        List.of(new CapturedVcpu(0, context(77, START_INFO)), new CapturedVcpu(1, secondContext())),
        domain.xen.sharedInfo().read(0, Memory.PAGE_SIZE),
        guestTime);
  }

  private static byte[] context(long rbx, long startInfoGfn) {
    VcpuContext context = new VcpuContext();
    context.rax = 99;
    context.rbx = rbx;
    context.rdx = startInfoGfn;
    return context.toBytes();
  }

  private static byte[] secondContext() {
    VcpuContext context = new VcpuContext();
    context.rax = 5;
    return context.toBytes();
  }

  private void build(BuildSpec spec) {
    DomainBuilder.build(domain.xen, spec, TestDomain.WALLCLOCK, new Random(1));
  }
}
