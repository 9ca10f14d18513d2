package io.xengarden.domain.hypercall;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.EvtchnOp;
import io.xengarden.abi.GnttabOp;
import io.xengarden.abi.GnttabOp.QuerySize;
import io.xengarden.abi.GnttabOp.SetupTable;
import io.xengarden.abi.GrantStatus;
import io.xengarden.abi.Hypercall;
import io.xengarden.abi.MemoryOp;
import io.xengarden.abi.MemoryOp.AddToPhysmap;
import io.xengarden.abi.SchedOp;
import io.xengarden.abi.XenFeatures;
import io.xengarden.abi.XenVersionOp;
import io.xengarden.domain.Calls;
import io.xengarden.domain.StepKernel;
import io.xengarden.domain.TestDomain;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.ConsoleWrite;
import io.xengarden.hypervisor.SliceEnd;
import io.xengarden.hypervisor.XenVersion;
import io.xengarden.hypervisor.gnttab.GrantTable;
import io.xengarden.machine.Memory;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** grant_table_op, xen_version, console_io, multicall, and what does not exist. */
class SmallCallsTest {
  private static final long AT = StepKernel.SCRATCH;
  private static final long BUFFER = 8 << 12;

  private final TestDomain domain = TestDomain.idle(1);
  private final Memory memory = domain.xen.memory();

  @AfterEach
  void close() {
    domain.close();
  }

  // ---- grant_table_op ----

  @Test
  void setupTableSaysWhereFramesAreMapped() {
    memory.putShort(AT + AddToPhysmap.DOMID, (short) Domid.SELF.value());
    memory.putInt(AT + AddToPhysmap.SPACE, MemoryOp.SPACE_GRANT_TABLE);
    memory.putLong(AT + AddToPhysmap.IDX, 1);
    memory.putLong(AT + AddToPhysmap.GPFN, 70);
    assertThat(domain.call(Hypercall.MEMORY_OP, MemoryOp.ADD_TO_PHYSMAP, AT)).isZero();

    assertThat(setupTable(Domid.SELF.value(), 3)).isEqualTo(GrantStatus.OKAY);

    assertThat(memory.getLong(BUFFER)).as("nowhere").isEqualTo(-1);
    assertThat(memory.getLong(BUFFER + 8)).isEqualTo(70);
    assertThat(memory.getLong(BUFFER + 16)).isEqualTo(-1);
    assertThat(querySize(Domid.SELF.value())).isEqualTo(GrantStatus.OKAY);
    assertThat(memory.getInt(AT + QuerySize.NR_FRAMES)).isEqualTo(3);
    assertThat(memory.getInt(AT + QuerySize.MAX_NR_FRAMES)).isEqualTo(GrantTable.MAX_FRAMES);
  }

  @Test
  void grantTablesOfOthersAndTooLargeOnesAreRefused() {
    assertThat(setupTable(0, 1)).isEqualTo(GrantStatus.PERMISSION_DENIED);
    assertThat(setupTable(Domid.SELF.value(), GrantTable.MAX_FRAMES + 1))
        .isEqualTo(GrantStatus.GENERAL_ERROR);
    assertThat(setupTable(Domid.SELF.value(), -1)).isEqualTo(GrantStatus.GENERAL_ERROR);
    assertThat(querySize(3)).isEqualTo(GrantStatus.PERMISSION_DENIED);
    assertThat(grant(GnttabOp.SETUP_TABLE, 2)).isEqualTo(Errno.EINVAL.result());
    assertThat(grant(GnttabOp.MAP_GRANT_REF, 1)).isEqualTo(Errno.ENOSYS.result());
  }

  @Test
  void grantTablesAreVersionOne() {
    memory.putShort(AT + GnttabOp.GetVersion.DOM, (short) Domid.SELF.value());
    assertThat(grant(GnttabOp.GET_VERSION, 1)).isZero();
    assertThat(memory.getInt(AT + GnttabOp.GetVersion.VERSION)).isEqualTo(1);
    memory.putInt(AT, 2);
    assertThat(grant(GnttabOp.SET_VERSION, 1)).isEqualTo(Errno.ENOSYS.result());
    memory.putInt(AT, 1);
    assertThat(grant(GnttabOp.SET_VERSION, 1)).isZero();
    memory.putInt(AT, 3);
    assertThat(grant(GnttabOp.SET_VERSION, 1)).isEqualTo(Errno.EINVAL.result());
  }

  // ---- xen_version ----

  @Test
  void versionIsTheOneTheHostShows() {
    assertThat(version(XenVersionOp.VERSION)).isEqualTo(XenVersion.MAJOR << 16 | XenVersion.MINOR);
    assertThat(version(XenVersionOp.EXTRAVERSION)).isZero();
    assertThat(text(BUFFER)).isEqualTo(XenVersion.EXTRA);
    assertThat(version(XenVersionOp.CAPABILITIES)).isZero();
    assertThat(text(BUFFER)).isEqualTo("xen-3.0-x86_64 xen-3.0-x86_32p");
    assertThat(version(XenVersionOp.PAGESIZE)).isEqualTo(4096);
    assertThat(version(XenVersionOp.PLATFORM_PARAMETERS)).isZero();
    assertThat(memory.getLong(BUFFER)).isEqualTo(0xffff800000000000L);
    assertThat(version(XenVersionOp.CHANGESET)).isZero();
    assertThat(version(XenVersionOp.COMPILE_INFO)).isZero();
    assertThat(text(BUFFER)).isEqualTo("javac 25");
    assertThat(text(BUFFER + XenVersionOp.CompileInfo.COMPILE_BY)).isEqualTo("xengarden");
  }

  @Test
  void featuresSayAutoTranslated() {
    memory.putInt(BUFFER, 0);
    assertThat(version(XenVersionOp.GET_FEATURES)).isZero();
    assertThat(memory.getInt(BUFFER + 4) & XenFeatures.bit(XenFeatures.AUTO_TRANSLATED_PHYSMAP))
        .isNotZero();
    assertThat(memory.getInt(BUFFER + 4) & XenFeatures.bit(XenFeatures.DOM0)).isZero();
    memory.putInt(BUFFER, 1);
    assertThat(version(XenVersionOp.GET_FEATURES)).isEqualTo(Errno.EINVAL.result());
  }

  @Test
  void guestHandleIsTheUuidInOrder() {
    assertThat(version(XenVersionOp.GUEST_HANDLE)).isZero();
    assertThat(HexFormat.of().formatHex(memory.read(BUFFER, 16)))
        .isEqualTo("00112233445566778899aabbccddeeff");
  }

  @Test
  void xensCommandLineAndBuildAreForDom0() {
    assertThat(version(XenVersionOp.COMMANDLINE)).isZero();
    assertThat(text(BUFFER)).isEqualTo("<denied>");
    assertThat(version(XenVersionOp.BUILD_ID)).isEqualTo(Errno.EPERM.result());
    assertThat(version(44)).isEqualTo(Errno.ENOSYS.result());
  }

  // ---- console_io ----

  @Test
  void consoleLinesReachXenWholeAndPrintable() {
    assertThat(print("hel")).isZero();
    assertThat(domain.told(ConsoleWrite.class)).as("no line yet").isEmpty();
    print("lo\u0001\n\nnext\n");

    assertThat(domain.told(ConsoleWrite.class))
        .extracting(ConsoleWrite::line)
        .containsExactly("hello", "", "next");
  }

  @Test
  void aConsoleLineWithoutEndIsCutAndAWriteIsBounded() {
    print("x".repeat(ConsoleCalls.MAX_LINE + 5));

    assertThat(domain.told(ConsoleWrite.class))
        .singleElement()
        .extracting(ConsoleWrite::line)
        .isEqualTo("x".repeat(ConsoleCalls.MAX_LINE));
    assertThat(domain.call(Hypercall.CONSOLE_IO, 0, ConsoleCalls.MAX_WRITE + 1, BUFFER))
        .isEqualTo(Errno.EINVAL.result());
    assertThat(domain.call(Hypercall.CONSOLE_IO, 0, -1, BUFFER)).isEqualTo(Errno.EINVAL.result());
    assertThat(domain.call(Hypercall.CONSOLE_IO, 0, 8, -8)).isEqualTo(Errno.EFAULT.result());
    assertThat(domain.call(Hypercall.CONSOLE_IO, 1, 8, BUFFER)).isEqualTo(Errno.EPERM.result());
    assertThat(domain.call(Hypercall.CONSOLE_IO, 7, 8, BUFFER)).isEqualTo(Errno.ENOSYS.result());
  }

  // ---- multicall ----

  @Test
  void aMulticallHasAResultForEachCall() {
    entry(0, Hypercall.XEN_VERSION, XenVersionOp.PAGESIZE, 0);
    entry(1, Hypercall.XEN_VERSION, XenVersionOp.CAPABILITIES, -1);
    entry(2, 4711, 0, 0);
    entry(3, Hypercall.MULTICALL, BUFFER, 1);
    entry(4, Hypercall.EVENT_CHANNEL_OP, EvtchnOp.BIND_INTERDOMAIN, AT);
    entry(5, Hypercall.MEMORY_OP, MemoryOp.POPULATE_PHYSMAP, AT);

    assertThat(domain.call(Hypercall.MULTICALL, BUFFER, 6)).isZero();

    assertThat(result(0)).isEqualTo(4096);
    assertThat(result(1)).isEqualTo(Errno.EFAULT.result());
    assertThat(result(2)).isEqualTo(Errno.ENOSYS.result());
    assertThat(result(3)).as("no multicall inside").isEqualTo(Errno.EINVAL.result());
    assertThat(result(4)).as("would wait").isEqualTo(Errno.EOPNOTSUPP.result());
    assertThat(result(5)).as("would wait").isEqualTo(Errno.EOPNOTSUPP.result());
    assertThat(domain.told(HypervisorCommand.BindInterdomain.class)).isEmpty();
  }

  @Test
  void aMulticallThatBlocksAndThenWakesItselfRunsOn() {
    memory.putInt(AT, 0);
    domain.call(Hypercall.EVENT_CHANNEL_OP, EvtchnOp.BIND_IPI, AT);
    memory.putInt(AT, memory.getInt(AT + 4));
    entry(0, Hypercall.SCHED_OP, SchedOp.BLOCK, 0);
    entry(1, Hypercall.EVENT_CHANNEL_OP, EvtchnOp.SEND, AT);

    SliceEnd end =
        domain.slice(
            0, (context, cpu) -> Calls.call(cpu, context, Hypercall.MULTICALL, BUFFER, 2), 100_000);

    assertThat(end).isEqualTo(SliceEnd.RUNNABLE);
  }

  @Test
  void aMulticallIsBounded() {
    assertThat(domain.call(Hypercall.MULTICALL, BUFFER, Multicall.MAX_CALLS + 1))
        .isEqualTo(Errno.EINVAL.result());
    assertThat(domain.call(Hypercall.MULTICALL, BUFFER, -1)).isEqualTo(Errno.EINVAL.result());
    assertThat(domain.call(Hypercall.MULTICALL, -64, 1)).isEqualTo(Errno.EFAULT.result());
  }

  @Test
  void whatDoesNotExistIsEnosys() {
    for (long number : new long[] {-1, 2, 19, 35, 36, 41, 42, 63, 1L << 32, Long.MIN_VALUE}) {
      long rax = callNumber(number);
      assertThat(rax).as("hypercall %d", number).isEqualTo(Errno.ENOSYS.result());
    }
  }

  private long callNumber(long number) {
    domain.slice(
        0,
        (context, cpu) -> {
          context.rax = number;
          cpu.hypercall(context);
        },
        1000);
    return domain.vcpu(0).context().rax;
  }

  private void entry(int index, long op, long first, long second) {
    long entry = BUFFER + (long) index * Multicall.ENTRY_SIZE;
    memory.putLong(entry, op);
    memory.putLong(entry + 16, first);
    memory.putLong(entry + 24, second);
  }

  private long result(int index) {
    return memory.getLong(BUFFER + (long) index * Multicall.ENTRY_SIZE + 8);
  }

  private long version(int op) {
    return domain.call(Hypercall.XEN_VERSION, op, BUFFER);
  }

  private long print(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    memory.write(BUFFER, bytes);
    return domain.call(Hypercall.CONSOLE_IO, 0, bytes.length, BUFFER);
  }

  private String text(long address) {
    String text = new String(memory.read(address, 256), StandardCharsets.US_ASCII);
    return text.substring(0, text.indexOf(0));
  }

  private long grant(int op, long count) {
    return domain.call(Hypercall.GRANT_TABLE_OP, op, AT, count);
  }

  private GrantStatus setupTable(int dom, int frames) {
    memory.putShort(AT + SetupTable.DOM, (short) dom);
    memory.putInt(AT + SetupTable.NR_FRAMES, frames);
    memory.putLong(AT + SetupTable.FRAME_LIST, BUFFER);
    assertThat(grant(GnttabOp.SETUP_TABLE, 1)).isZero();
    return GrantStatus.of(memory.getShort(AT + SetupTable.STATUS));
  }

  private GrantStatus querySize(int dom) {
    memory.putShort(AT + QuerySize.DOM, (short) dom);
    assertThat(grant(GnttabOp.QUERY_SIZE, 1)).isZero();
    return GrantStatus.of(memory.getShort(AT + QuerySize.STATUS));
  }
}
