package io.xengarden.domain.pebble;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.BlkifResponse;
import io.xengarden.abi.BlkifRing;
import io.xengarden.abi.ShutdownReason;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VbdTest {
  private static final int XVDA = 51712;
  private static final int XVDB = 51728;
  private static final int SIZE = 1 << 20;

  private final Bench bench = new Bench(Bench.Setup.plain());
  private final TestDisk disk = new TestDisk(bench, XVDA, SIZE);

  @AfterEach
  void close() {
    bench.close();
  }

  private void boot() {
    disk.attach();
    bench.awaitPrompt();
  }

  @Test
  void theShellWaitsForDisksAtBoot() {
    boot();
    assertThat(bench.console.toString())
        .contains("blkfront: xvda: connected, 2048 512-byte sectors, cache control: flush");
    assertThat(disk.frontendState()).isEqualTo("4");
  }

  @Test
  void diskcheckLeavesItsRecordsOnTheDisk() {
    boot();
    assertThat(bench.command("diskcheck xvda --records 300"))
        .isEqualTo("300 records verified, 0 lost\n");
    // Record n lies in slot n mod 256: the first 44 slots hold the second round.
    for (int slot = 0; slot < 256; slot++) {
      long record = slot < 44 ? 256 + slot : slot;
      assertThat(new String(disk.image, slot * 4096, 8)).isEqualTo("PEBBLEDC");
      assertThat(number(slot)).isEqualTo(record);
    }
    assertThat(disk.flushes).isPositive();
  }

  private long number(int slot) {
    return java.nio.ByteBuffer.wrap(disk.image)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .getLong(slot * 4096 + 16);
  }

  /** Between any two steps the kernel's objects are thrown away, and another vCPU may run. */
  @Test
  void nothingIsKeptBetweenTwoSteps() {
    Bench.Setup setup = Bench.Setup.plain().withVcpus(2).withSlices(Bench.ONE_STEP_NS);
    try (Bench slow = new Bench(setup)) {
      new TestDisk(slow, XVDA, SIZE).attach();
      assertThat(slow.command("diskcheck xvda --records 100"))
          .isEqualTo("100 records verified, 0 lost\n");
      assertThat(slow.command("dd if=/dev/urandom of=/dev/xvda bs=64k count=2; echo $?"))
          .endsWith("\n0\n");
    }
  }

  @Test
  void diskcheckNamesWhatIsLost() {
    boot();
    bench.type("diskcheck xvda --records 40\r");
    bench.runUntil(() -> disk.reads > 0 || disk.flushes == 2, 1_000_000_000);
    disk.image[5 * 4096 + 100] ^= 1;
    bench.runUntil(bench::atPrompt, 1_000_000_000);
    assertThat(bench.console.toString())
        .contains("record 5 lost (slot 5): bad checksum\r\n39 records verified, 1 lost\r\n");
    assertThat(bench.command("echo $?")).isEqualTo("1\n");
  }

  @Test
  void errorsOfTheDiskReachTheJob() {
    boot();
    disk.badSector = 0;
    assertThat(bench.command("sha256 xvda; echo $?"))
        .isEqualTo("sha256: xvda: Input/output error\n1\n");
    assertThat(bench.command("diskcheck xvda; echo $?"))
        .isEqualTo("diskcheck: xvda: records 0 to 31 not written: Input/output error\n1\n");
    assertThat(bench.command("dd if=/dev/xvda of=/dev/null bs=4k; echo $?"))
        .startsWith("dd: error reading '/dev/xvda': Input/output error\n")
        .endsWith("\n1\n");
  }

  @Test
  void anEndlessDiskcheckTriesAgain() {
    boot();
    disk.badSector = 0;
    bench.command("diskcheck xvda --forever &");
    bench.run(1_000_000_000);
    disk.badSector = -1;
    bench.run(3_000_000_000L);
    assertThat(bench.command("dmesg"))
        .contains("not written: Input/output error, trying again")
        .containsPattern("diskcheck\\[\\d+]: \\d+ acknowledged");
  }

  @Test
  void ddAndSha256MoveEveryByte() throws Exception {
    TestDisk other = new TestDisk(bench, XVDB, SIZE);
    new Random(5).nextBytes(disk.image);
    other.attach();
    boot();
    assertThat(bench.command("dd if=/dev/xvda of=/dev/xvdb bs=512 skip=8 seek=16 count=100"))
        .startsWith("100+0 records in\n100+0 records out\n51200 bytes (51 kB, 50 KiB) copied, ");
    assertThat(Arrays.copyOfRange(other.image, 16 * 512, 116 * 512))
        .isEqualTo(Arrays.copyOfRange(disk.image, 8 * 512, 108 * 512));
    assertThat(bench.command("sha256 /dev/xvda"))
        .isEqualTo(
            HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(disk.image))
                + "  /dev/xvda\n");
    bench.command("dd if=/dev/urandom of=/dev/xvdb bs=64k conv=fsync count=16");
    assertThat(distinctBytes(other.image)).as("random data").isEqualTo(256);
    bench.command("dd if=/dev/zero of=/dev/xvdb bs=1m");
    assertThat(other.image).containsOnly(0);
  }

  private static long distinctBytes(byte[] bytes) {
    return java.util.stream.IntStream.range(0, bytes.length).map(i -> bytes[i]).distinct().count();
  }

  @Test
  void ddSaysWhenTheDiskIsFull() {
    boot();
    assertThat(bench.command("dd if=/dev/zero of=/dev/xvda bs=64k; echo $?"))
        .startsWith("dd: error writing '/dev/xvda': No space left on device\n16+0 records in\n")
        .endsWith("\n1\n");
  }

  @Test
  void aReadOnlyDiskIsNotWritten() {
    disk.info = BlkifRing.VDISK_READONLY;
    boot();
    assertThat(bench.command("diskcheck xvda"))
        .isEqualTo("diskcheck: xvda: Read-only file system\n");
    assertThat(bench.command("dd if=/dev/zero of=/dev/xvda"))
        .isEqualTo("dd: failed to open '/dev/xvda': Read-only file system\n");
    assertThat(disk.writes).isZero();
  }

  @Test
  void aDiskWithoutFlushIsWrittenThrough() {
    disk.flushSupported = false;
    boot();
    assertThat(bench.command("diskcheck xvda --records 10"))
        .isEqualTo("10 records verified, 0 lost\n");
    assertThat(disk.flushes).isZero();
  }

  @Test
  void aFlushThatTheBackendDoesNotKnowAfterAllIsLeftOut() {
    boot();
    disk.flushSupported = false;
    assertThat(bench.command("diskcheck xvda --records 100"))
        .isEqualTo("100 records verified, 0 lost\n");
    assertThat(disk.flushes).as("asked once, never again").isEqualTo(1);
  }

  @Test
  void aDiskAttachedLaterIsFound() {
    bench.awaitPrompt();
    assertThat(bench.command("sha256 xvda; echo $?"))
        .isEqualTo("sha256: xvda: No such file or directory\n1\n");
    disk.attach();
    bench.run(10_000_000);
    assertThat(bench.command("sha256 xvda; echo $?")).endsWith("  xvda\n0\n");
  }

  @Test
  void aBackgroundJobAwaitsItsDisk() {
    bench.command("diskcheck xvda --records 10 &");
    bench.command("diskcheck xvdb --records 10 &");
    bench.run(20_000_000_000L);
    disk.attach();
    bench.run(20_000_000_000L);
    assertThat(bench.command("dmesg"))
        .contains("]: 10 records verified, 0 lost")
        .contains("]: diskcheck: xvdb: No such file or directory");
  }

  @Test
  void closingWaitsForRequestsInFlightThenConnectsAgain() {
    boot();
    disk.answer = false;
    bench.type("sha256 xvda\r");
    bench.run(10_000_000);
    disk.state(5);
    bench.run(10_000_000);
    assertThat(disk.frontendState()).as("requests are in flight").isEqualTo("5");
    disk.answer = true;
    bench.runUntil(() -> disk.frontendState().equals("6"), 1_000_000_000);
    assertThat(disk.frontendState()).isEqualTo("6");
    disk.ring.close();
    disk.state(6);
    disk.state(2);
    bench.run(100_000_000);
    assertThat(disk.frontendState()).isEqualTo("4");
    assertThat(bench.command("diskcheck xvda --records 10"))
        .isEqualTo("10 records verified, 0 lost\n");
  }

  @Test
  void aDiskTornOutFailsItsJobsAndMayComeBack() {
    boot();
    disk.answer = false;
    bench.type("dd if=/dev/xvda of=/dev/null\r");
    bench.run(10_000_000);
    disk.ring.close();
    bench.store.remove(disk.frontendPath());
    bench.store.remove(disk.backendPath());
    assertThat(bench.runUntil(bench::atPrompt, 10_000_000_000L)).isTrue();
    assertThat(bench.console.toString()).contains("dd: error reading '/dev/xvda'");
    assertThat(bench.command("lsdev")).doesNotContain("xvda");
    bench.devices.clear();
    bench.store.forgetWatchers();
    TestDisk again = new TestDisk(bench, XVDA, SIZE);
    again.attach();
    bench.run(100_000_000);
    assertThat(bench.command("diskcheck xvda --records 10"))
        .isEqualTo("10 records verified, 0 lost\n");
  }

  @Test
  void aKilledJobWaitsForItsRequestsAndGivesBackItsPages() {
    boot();
    String before = bench.command("free");
    disk.delayNs = 50_000_000;
    bench.type("dd if=/dev/xvda of=/dev/null\r");
    bench.run(10_000_000);
    bench.type("\u0003");
    assertThat(bench.runUntil(bench::atPrompt, 1_000_000_000)).isTrue();
    assertThat(bench.command("free")).isEqualTo(before);
  }

  @Test
  void aResizedDiskIsSeen() {
    boot();
    bench.store.write(disk.backendPath() + "/sectors", 4096);
    disk.state(4);
    bench.run(10_000_000);
    assertThat(bench.command("dmesg")).contains("detected capacity change from 2048 to 4096");
    assertThat(bench.command("cat /proc/partitions")).contains("2048 xvda");
  }

  // ---- a backend that breaks the rules ----

  private void startReading() {
    boot();
    disk.answer = false;
    bench.type("sha256 xvda\r");
    bench.run(10_000_000);
  }

  private void assertDisabled(String why) {
    assertThat(bench.runUntil(bench::atPrompt, 1_000_000_000)).isTrue();
    assertThat(bench.console.toString()).contains("sha256: xvda: Input/output error");
    assertThat(bench.command("dmesg")).contains("blkfront: xvda: disabled: " + why);
    assertThat(bench.command("echo alive")).isEqualTo("alive\n");
  }

  @Test
  void tooManyResponsesDisableTheDisk() {
    startReading();
    disk.produceResponses(1000);
    assertDisabled("producer is 1000 ahead");
  }

  @Test
  void aResponseToNoRequestDisablesTheDisk() {
    startReading();
    disk.respond(new BlkifResponse(0x7777_7777_7777L, 0, 0));
    assertDisabled("response to request 131354989131639 that is not pending");
  }

  @Test
  void aSecondResponseToOneRequestDisablesTheDisk() {
    startReading();
    disk.respond(new BlkifResponse(0, 0, 0));
    disk.respond(new BlkifResponse(0, 0, 0));
    assertDisabled("response to request 0 that is not pending");
  }

  @Test
  void garbageInTheBackendsNodesConnectsNothing() {
    disk.attach();
    for (String garbage : new String[] {"", "-1", "99999999999999999999", "many"}) {
      bench.store.write(disk.backendPath() + "/state", garbage);
    }
    bench.store.write(disk.frontendPath() + "/backend-id", "dom0");
    assertThat(bench.command("lsdev")).contains("initialising");
    assertThat(bench.domain.live.isShutDown()).isFalse();
  }

  @Test
  void thePagesThatABackendKeepsAreNotUsedAgain() throws Exception {
    startReading();
    // The backend maps a data page and answers without letting go of it.
    var grants = bench.domain.xen.grants().access(io.xengarden.abi.Domid.DOM0);
    int gref = BlkifRing.readRequest(disk.ring.page(), 0, 0).segments().getFirst().gref();
    var kept = grants.map(gref, io.xengarden.hypervisor.gnttab.GrantAccess.Access.READ_WRITE);
    disk.respond(new BlkifResponse(0, 0, 0));
    disk.forget(0);
    disk.answer = true;
    bench.run(1_000_000);
    assertThat(bench.command("dmesg")).contains("backend keeps a page of a finished request");
    String without = bench.command("free");
    assertThat(bench.command("diskcheck xvda --records 400"))
        .as("other requests go on")
        .isEqualTo("400 records verified, 0 lost\n");
    assertThat(bench.command("free")).as("the lost pages stay out of use").isEqualTo(without);
    kept.close();
    assertThat(bench.command("diskcheck xvda --records 40"))
        .isEqualTo("40 records verified, 0 lost\n");
  }

  @Test
  void aPanicIsNeverTheHosts() {
    startReading();
    new Random(9).ints(200).forEach(word -> disk.ring.page().putInt((word & 0x3ff) * 4L, word));
    disk.produceResponses(1);
    bench.run(1_000_000_000);
    if (bench.domain.live.isShutDown()) {
      assertThat(bench.shutdownReason()).isEqualTo(ShutdownReason.CRASH);
    }
  }
}
