package io.xengarden.hypervisor;

import static io.xengarden.hypervisor.SimHost.spec;
import static io.xengarden.hypervisor.TestDomain.BURN;
import static io.xengarden.hypervisor.TestDomain.IDLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xengarden.abi.Domid;
import io.xengarden.hypervisor.Hypervisor.HostResources;
import io.xengarden.hypervisor.HypervisorCommand.ConsoleRingText;
import io.xengarden.hypervisor.HypervisorCommand.ConsoleWrite;
import io.xengarden.hypervisor.HypervisorCommand.DestroyDomain;
import io.xengarden.hypervisor.HypervisorCommand.DomainSpec;
import io.xengarden.hypervisor.HypervisorCommand.DomctlRefused;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.GetPhysInfo;
import io.xengarden.hypervisor.HypervisorCommand.PhysInfo;
import io.xengarden.hypervisor.HypervisorCommand.ReadConsoleRing;
import io.xengarden.hypervisor.HypervisorCommand.ReservationChange;
import io.xengarden.hypervisor.HypervisorCommand.SetCreditParameters;
import io.xengarden.hypervisor.HypervisorCommand.SetMaxPages;
import io.xengarden.hypervisor.gnttab.GrantAccess.Access;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.machine.HostMemory;
import io.xengarden.sim.Simulation;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.UUID;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What domains share: memory, CPU time, Xen's console. */
class HostResourcesTest {
  private static final long FREE = SimHost.FRAMES - SimHost.DOM0_PAGES;
  private static final long XEN_HEAP = DomainFrames.XEN_HEAP_FRAMES;

  private final SimHost host = new SimHost(new Simulation(1), 2);

  @AfterEach
  void close() {
    host.close();
  }

  // ---- memory ----

  @Test
  void aDomainGrowsUpToItsLimit() {
    TestDomain domain = balloonable(16, 24);
    change(domain, 16, 5, true);
    assertThat(domain.hypercallAnswers).containsExactly(5L);
    domain.xen.memory().putLong(20 * 4096, 1);
    assertThat(host.freePages()).isEqualTo(FREE - XEN_HEAP - 21);
    change(domain, 21, 10, true);
    assertThat(domain.hypercallAnswers).as("three were left").containsExactly(5L, 3L);
    change(domain, 30, 1, true);
    assertThat(domain.hypercallAnswers).containsExactly(5L, 3L, 0L);
    host.domctl(replyTo -> new SetMaxPages(domain.domid(), 25, replyTo));
    change(domain, 30, 2, true);
    assertThat(domain.hypercallAnswers.getLast()).isEqualTo(1);
    assertThat(host.status(domain.domid()).totPages()).isEqualTo(25);
  }

  @Test
  void growingIsAlsoLimitedByTheHost() {
    TestDomain domain = balloonable(16, 1 << 20);
    change(domain, 16, 1 << 19, true);
    assertThat(domain.hypercallAnswers).containsExactly(FREE - XEN_HEAP - 16);
    assertThat(host.freePages()).isZero();
    host.domctl(replyTo -> new DestroyDomain(domain.domid(), replyTo));
    assertThat(host.freePages()).isEqualTo(FREE);
  }

  @Test
  void whatADomainGivesBackIsFreeForOthers() {
    TestDomain domain = balloonable(16, 16);
    domain.xen.memory().unmap(4, 8);
    change(domain, 4, 8, false);
    assertThat(domain.hypercallAnswers).containsExactly(8L);
    assertThat(host.status(domain.domid()).totPages()).isEqualTo(8);
    assertThat(host.freePages()).isEqualTo(FREE - XEN_HEAP - 8);
    change(domain, 4, 8, false);
    assertThat(domain.hypercallAnswers).as("nothing left there").containsExactly(8L, 0L);
    change(domain, 6, 2, true);
    assertThat(domain.hypercallAnswers.getLast()).isEqualTo(2);
    assertThat(domain.xen.memory().getLong(6 * 4096)).as("scrubbed").isZero();
  }

  @Test
  void guestFramesThatCannotBeAreInvalid() {
    TestDomain domain = balloonable(16, 64);
    change(domain, 15, 2, true);
    change(domain, -1, 2, true);
    change(domain, 16, 0, true);
    change(domain, 16, -5, false);
    change(domain, 0xffff_ffffL, 2, true);
    change(domain, Long.MAX_VALUE, Long.MAX_VALUE, false);
    assertThat(domain.hypercallAnswers).hasSize(6).containsOnly(-22L);
    assertThat(host.freePages()).isEqualTo(FREE - XEN_HEAP - 16);
  }

  @Test
  void aFrameThatABackendHasMappedIsFreedWhenItIsUnmapped() throws GrantRefused {
    TestDomain domain = balloonable(16, 16);
    domain.xen.grants().seed(9, Domid.DOM0, 5);
    GrantMapping mapping = host.grantsOf(domain.domid()).map(9, Access.READ_WRITE);
    domain.xen.memory().unmap(4, 4);
    change(domain, 4, 4, false);
    assertThat(domain.hypercallAnswers).containsExactly(4L);
    assertThat(host.freePages()).isEqualTo(FREE - XEN_HEAP - 12 - 1);
    mapping.page().putInt(0, 1);
    mapping.close();
    host.simulation.runUntilIdle();
    assertThat(host.freePages()).isEqualTo(FREE - XEN_HEAP - 12);
  }

  @Test
  void aMappedFrameThatWasGivenBackIsFreedWithItsDomainToo() throws GrantRefused {
    TestDomain domain = balloonable(16, 16);
    domain.xen.grants().seed(9, Domid.DOM0, 5);
    GrantMapping mapping = host.grantsOf(domain.domid()).map(9, Access.READ_WRITE);
    domain.xen.memory().unmap(5, 1);
    change(domain, 5, 1, false);
    host.<DomctlReply>start(replyTo -> new DestroyDomain(domain.domid(), replyTo));
    mapping.close();
    host.simulation.runUntilIdle();
    assertThat(host.list()).hasSize(1);
    assertThat(host.freePages()).isEqualTo(FREE);
  }

  private TestDomain balloonable(long pages, long maxPages) {
    return host.attach(
        new DomainSpec(new UUID(3, 3), pages, maxPages, 1, 16, OptionalInt.empty()), IDLE);
  }

  private void change(TestDomain domain, long gfn, long count, boolean grow) {
    host.tell(new ReservationChange(domain.domid(), 0, gfn, count, grow));
  }

  @Test
  void aHostHasAtLeastOnePcpuAndRoomForDomainZero() {
    try (HostMemory memory = HostMemory.ofFrames(10)) {
      assertThatThrownBy(() -> new HostResources(memory, 0, 5))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new HostResources(memory, Hypervisor.MAX_PCPUS + 1, 5))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new HostResources(memory, 1, 11))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(host.<PhysInfo>ask(GetPhysInfo::new))
        .isEqualTo(new PhysInfo(2, SimHost.FRAMES, FREE, "credit"));
  }

  // ---- CPU ----

  @Test
  void cpuTimeFollowsWeight() {
    TestDomain[] domains = new TestDomain[3];
    for (int i = 0; i < 3; i++) {
      TestDomain domain = host.run(1, BURN);
      domains[i] = domain;
      int weight = 256 << i;
      host.tell(new HypervisorCommand.VcpuOnline(domain.domid(), 0, true));
      host.domctl(replyTo -> new SetCreditParameters(domain.domid(), weight, 0, replyTo));
    }
    // Two pCPUs: the third domain's fair share is more than one vCPU can use.
    host.run(Duration.ofSeconds(30));
    long[] used = new long[3];
    for (int i = 0; i < 3; i++) {
      used[i] = host.status(domains[i].domid()).cpuTimeNs();
    }
    Percentage three = Percentage.withPercentage(3);
    assertThat(used[2]).as("a whole pCPU").isCloseTo(30_000_000_000L, three);
    assertThat(used[0] + used[1]).isCloseTo(30_000_000_000L, three);
    assertThat(used[1]).isCloseTo(2 * used[0], three);
    assertThat(host.status(domains[2].domid()).creditWeight()).isEqualTo(1024);
  }

  @Test
  void aCappedDomainGetsItsCap() {
    TestDomain domain = host.run(1, BURN);
    host.domctl(replyTo -> new SetCreditParameters(domain.domid(), 256, 25, replyTo));
    host.run(Duration.ofSeconds(60));
    assertThat(host.status(domain.domid()).cpuTimeNs())
        .isCloseTo(15_000_000_000L, Percentage.withPercentage(2));
  }

  @Test
  void impossibleCreditParametersAreRefused() {
    TestDomain domain = host.run(1, IDLE);
    int[][] bad = {{0, 0}, {65_536, 0}, {256, -1}, {256, 65_535}};
    for (int[] parameters : bad) {
      assertThat(
              host.domctl(
                  replyTo ->
                      new SetCreditParameters(
                          domain.domid(), parameters[0], parameters[1], replyTo)))
          .isInstanceOf(DomctlRefused.class);
    }
    host.domctl(replyTo -> new SetCreditParameters(Domid.DOM0, 512, 0, replyTo));
    assertThat(host.status(Domid.DOM0).creditWeight()).isEqualTo(512);
    assertThat(host.status(domain.domid()).creditWeight()).isEqualTo(256);
  }

  // ---- Xen's console ----

  @Test
  void theConsoleRingBeginsWithXensBanner() {
    assertThat(console(false)).startsWith("(XEN) Xen version 4.17");
    assertThat(console(true).lines()).allMatch(line -> line.startsWith("(XEN) "));
    assertThat(console(false)).as("cleared").isEmpty();
  }

  @Test
  void linesCarryTheirDomainAndNothingUnprintable() {
    console(true);
    host.tell(new ConsoleWrite(Domid.of(5), "boot\u001b[2J ok\n(XEN) forged"));
    host.tell(new ConsoleWrite(Domid.XEN, "from Xen"));
    assertThat(console(false)).isEqualTo("(d5) boot?[2J ok?(XEN) forged\n(XEN) from Xen\n");
  }

  @Test
  void theConsoleRingKeepsItsLastSixteenKib() {
    for (int i = 0; i < 5_000; i++) {
      host.hypervisor.tell(new ConsoleWrite(Domid.of(1), "line " + i));
    }
    host.tell(new ConsoleWrite(Domid.of(2), "x".repeat(100_000)));
    String text = console(false);
    assertThat(text).hasSize(XenConsole.SIZE_BYTES);
    assertThat(text).endsWith("x\n").contains("(d1) line 4999\n").doesNotContain("line 17\n");
  }

  private String console(boolean clear) {
    return host.<ConsoleRingText>ask(replyTo -> new ReadConsoleRing(clear, replyTo)).text();
  }

  @Test
  void freedMemoryOfADomainIsNotSeenByTheNext() {
    XenDomain first = host.create(spec(FREE - XEN_HEAP, 1));
    first.memory().fill(0, (FREE - XEN_HEAP) * 4096, (byte) 0x5a);
    first.sharedInfo().putLong(0, -1);
    host.domctl(replyTo -> new DestroyDomain(first.domid(), replyTo));
    XenDomain second = host.create(spec(FREE - XEN_HEAP, 1));
    for (long page = 0; page < second.pages(); page++) {
      assertThat(second.memory().getLong(page * 4096)).isZero();
    }
    assertThat(second.sharedInfo().getLong(0)).isZero();
  }
}
