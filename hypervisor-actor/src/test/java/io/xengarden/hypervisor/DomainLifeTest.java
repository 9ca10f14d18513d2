package io.xengarden.hypervisor;

import static io.xengarden.hypervisor.SimHost.spec;
import static io.xengarden.hypervisor.TestDomain.BURN;
import static io.xengarden.hypervisor.TestDomain.IDLE;
import static io.xengarden.hypervisor.TestDomain.SILENT;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.Domid;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.Virq;
import io.xengarden.hypervisor.HypervisorCommand.AttachDomain;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Virq;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.CreateDomain;
import io.xengarden.hypervisor.HypervisorCommand.CreationRefused;
import io.xengarden.hypervisor.HypervisorCommand.DestroyDomain;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreation;
import io.xengarden.hypervisor.HypervisorCommand.DomainShutdown;
import io.xengarden.hypervisor.HypervisorCommand.DomainSpec;
import io.xengarden.hypervisor.HypervisorCommand.DomctlDone;
import io.xengarden.hypervisor.HypervisorCommand.DomctlRefused;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.GrantsReply;
import io.xengarden.hypervisor.HypervisorCommand.NoSuchDomain;
import io.xengarden.hypervisor.HypervisorCommand.OpenGrants;
import io.xengarden.hypervisor.HypervisorCommand.PauseDomain;
import io.xengarden.hypervisor.HypervisorCommand.Refusal;
import io.xengarden.hypervisor.HypervisorCommand.ResumeDomain;
import io.xengarden.hypervisor.HypervisorCommand.SetCreditParameters;
import io.xengarden.hypervisor.HypervisorCommand.SetMaxPages;
import io.xengarden.hypervisor.HypervisorCommand.UnpauseDomain;
import io.xengarden.hypervisor.HypervisorCommand.VcpuOnline;
import io.xengarden.hypervisor.HypervisorCommand.VcpuWoke;
import io.xengarden.hypervisor.SimHost.Answers;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantAccess.Access;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.sim.Simulation;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How domains come to be, run, stand still and end. */
class DomainLifeTest {
  private static final long FREE = SimHost.FRAMES - SimHost.DOM0_PAGES;
  private static final long XEN_HEAP = DomainFrames.XEN_HEAP_FRAMES;

  private final SimHost host = new SimHost(new Simulation(1), 2);
  private int domExc;

  @AfterEach
  void close() {
    host.close();
  }

  // ---- creating ----

  @Test
  void anEmptyHostShowsDomainZeroRunning() {
    HypervisorCommand.DomainStatus dom0 = host.list().getFirst();
    assertThat(host.list()).hasSize(1);
    assertThat(dom0.domid()).isEqualTo(Domid.DOM0);
    assertThat(host.letters(Domid.DOM0)).isEqualTo("r----");
    assertThat(dom0.totPages()).isEqualTo(SimHost.DOM0_PAGES);
    assertThat(dom0.onlineVcpus()).isEqualTo(2);
    host.tell(new HypervisorCommand.ChargeDom0(1_000_001));
    assertThat(host.status(Domid.DOM0).cpuTimeNs()).isEqualTo(1_000_001);
    assertThat(host.status(Domid.DOM0).vcpus().getFirst().cpuTimeNs()).isEqualTo(500_001);
  }

  @Test
  void aNewDomainIsPausedAndHasItsFrames() {
    XenDomain domain = host.create(spec(100, 2));
    assertThat(domain.domid()).isEqualTo(Domid.of(1));
    assertThat(host.letters(domain.domid())).isEqualTo("--p--");
    assertThat(host.status(domain.domid()).onlineVcpus()).isEqualTo(1);
    assertThat(host.status(domain.domid()).totPages()).isEqualTo(100);
    assertThat(host.freePages()).isEqualTo(FREE - 100 - XEN_HEAP);
    assertThat(domain.memory().size()).isEqualTo(100 * 4096);
    domain.memory().putLong(99 * 4096, 1);
    domain.sharedInfo().putLong(0x800, 2);
    domain.memory().map(100, domain.sharedInfoMfn(), 1);
    assertThat(domain.memory().getLong(100 * 4096 + 0x800)).isEqualTo(2);
  }

  @Test
  void whatCannotBeIsRefusedAndTakesNothing() {
    assertThat(refusal(spec(FREE - XEN_HEAP + 1, 1))).isEqualTo(Refusal.NOT_ENOUGH_MEMORY);
    assertThat(refusal(spec(Long.MAX_VALUE, 1))).isEqualTo(Refusal.NOT_ENOUGH_MEMORY);
    assertThat(refusal(spec(0, 1))).isEqualTo(Refusal.INVALID);
    assertThat(refusal(spec(1, 0))).isEqualTo(Refusal.INVALID);
    assertThat(refusal(spec(1, 33))).isEqualTo(Refusal.TOO_MANY_VCPUS);
    assertThat(refusal(new DomainSpec(new UUID(0, 0), 2, 1, 1, 8, OptionalInt.empty())))
        .as("more pages than its limit")
        .isEqualTo(Refusal.INVALID);
    assertThat(refusal(new DomainSpec(new UUID(0, 0), 1, 1, 1, 4097, OptionalInt.empty())))
        .isEqualTo(Refusal.INVALID);
    assertThat(refusal(withDomid(0))).isEqualTo(Refusal.INVALID);
    assertThat(refusal(withDomid(0x7FF0))).isEqualTo(Refusal.INVALID);
    assertThat(host.freePages()).isEqualTo(FREE);
    assertThat(host.create(spec(FREE - XEN_HEAP, 1)).domid()).isEqualTo(Domid.of(1));
    assertThat(host.freePages()).isZero();
  }

  @Test
  void aFixedDomidIsRefusedWhileInUseAndAMinuteAfter() {
    assertThat(host.create(withDomid(17)).domid()).isEqualTo(Domid.of(17));
    assertThat(refusal(withDomid(17))).isEqualTo(Refusal.DOMID_IN_USE);
    host.domctl(replyTo -> new DestroyDomain(Domid.of(17), replyTo));
    host.run(Duration.ofSeconds(59));
    assertThat(refusal(withDomid(17))).isEqualTo(Refusal.DOMID_RECENTLY_USED);
    host.run(Duration.ofSeconds(1));
    assertThat(host.create(withDomid(17)).domid()).isEqualTo(Domid.of(17));
  }

  private static DomainSpec withDomid(int domid) {
    return new DomainSpec(new UUID(0, 9), 1, 1, 1, 8, OptionalInt.of(domid));
  }

  private Refusal refusal(DomainSpec spec) {
    DomainCreation creation = host.ask(replyTo -> new CreateDomain(spec, replyTo));
    assertThat(creation).isInstanceOf(CreationRefused.class);
    return ((CreationRefused) creation).refusal();
  }

  // ---- running and pausing ----

  @Test
  void aDomainRunsWhenItIsAttachedAndUnpausedInEitherOrder() {
    XenDomain xen = host.create(spec(16, 1));
    host.domctl(replyTo -> new UnpauseDomain(xen.domid(), replyTo));
    assertThat(host.letters(xen.domid())).as("nobody there to run it").isEqualTo("-----");
    TestDomain domain = new TestDomain(xen, host.hypervisor, BURN, host.simulation);
    domain.ref = host.spawn(domain.behavior());
    host.tell(new AttachDomain(xen.domid(), domain.ref));
    assertThat(domain.slices).isNotEmpty();
    assertThat(host.letters(xen.domid())).isEqualTo("r----");

    TestDomain other = host.attach(spec(16, 1), BURN);
    host.run(Duration.ofSeconds(1));
    assertThat(other.slices).as("still paused").isEmpty();
    host.domctl(replyTo -> new UnpauseDomain(other.domid(), replyTo));
    assertThat(other.slices).as("at once").isNotEmpty();
  }

  @Test
  void anIdleDomainIsBlockedAndTakesNoSteps() {
    TestDomain domain = host.run(1, IDLE);
    host.run(Duration.ofSeconds(1));
    assertThat(host.letters(domain.domid())).isEqualTo("-b---");
    assertThat(host.status(domain.domid()).cpuTimeNs()).isEqualTo(20_000);
    long steps = host.simulation.steps();
    host.run(Duration.ofHours(1));
    assertThat(host.simulation.steps() - steps).as("an idle hour").isZero();
  }

  @Test
  void aWakeOnAnIdlePcpuTakesNoTime() {
    TestDomain domain = host.run(1, IDLE);
    for (int i = 1; i <= 5; i++) {
      host.run(Duration.ofMillis(3));
      host.tell(new VcpuWoke(domain.domid(), 0));
      assertThat(domain.slices).hasSize(i + 1);
      assertThat(domain.slices.getLast().at()).isEqualTo(host.simulation.nanos());
    }
  }

  @Test
  void pauseIsAnsweredWhenNoSliceIsUnderWay() {
    TestDomain domain = host.run(1, SILENT);
    assertThat(domain.slices).hasSize(1);
    Answers<DomctlReply> paused = host.start(replyTo -> new PauseDomain(domain.domid(), replyTo));
    host.run(Duration.ofSeconds(5));
    assertThat(paused.received()).isEmpty();
    domain.answer(0, 1000, SliceEnd.RUNNABLE);
    host.run(Duration.ofSeconds(5));
    assertThat(paused.only()).isEqualTo(new DomctlDone(domain.domid()));
    assertThat(domain.slices).as("no further slice").hasSize(1);
    assertThat(host.letters(domain.domid())).isEqualTo("--p--");
    host.domctl(replyTo -> new UnpauseDomain(domain.domid(), replyTo));
    assertThat(domain.slices).hasSize(2);
  }

  @Test
  void pausesAreCounted() {
    TestDomain domain = host.run(1, BURN);
    Domid domid = domain.domid();
    host.domctl(replyTo -> new PauseDomain(domid, replyTo));
    host.domctl(replyTo -> new PauseDomain(domid, replyTo));
    host.run(Duration.ofMillis(100));
    host.domctl(replyTo -> new UnpauseDomain(domid, replyTo));
    assertThat(host.letters(domid)).isEqualTo("--p--");
    host.domctl(replyTo -> new UnpauseDomain(domid, replyTo));
    assertThat(host.letters(domid)).isEqualTo("r----");
    assertThat(host.domctl(replyTo -> new UnpauseDomain(domid, replyTo)))
        .isInstanceOf(DomctlRefused.class);
  }

  @Test
  void vcpusComeUpAndGoDown() {
    TestDomain domain = host.run(2, BURN);
    host.run(Duration.ofMillis(100));
    assertThat(host.status(domain.domid()).onlineVcpus()).isEqualTo(1);
    host.tell(new VcpuWoke(domain.domid(), 1));
    assertThat(domain.slices).as("a vCPU that is down does not wake").noneMatch(s -> s.vcpu() == 1);
    host.tell(new VcpuOnline(domain.domid(), 1, true));
    assertThat(domain.slices.getLast().vcpu()).isEqualTo(1);
    assertThat(host.status(domain.domid()).onlineVcpus()).isEqualTo(2);
    host.tell(new VcpuOnline(domain.domid(), 1, false));
    host.run(Duration.ofMillis(100));
    long before = host.status(domain.domid()).vcpus().get(1).cpuTimeNs();
    host.run(Duration.ofMillis(100));
    assertThat(host.status(domain.domid()).vcpus().get(1).cpuTimeNs()).isEqualTo(before);
    assertThat(host.status(domain.domid()).onlineVcpus()).isEqualTo(1);
    assertThat(host.letters(domain.domid())).as("the other runs").isEqualTo("r----");
  }

  @Test
  void nonsenseFromADomainIsIgnored() {
    TestDomain domain = host.run(1, IDLE);
    host.run(Duration.ofMillis(1));
    host.tell(new VcpuWoke(domain.domid(), 7));
    host.tell(new VcpuWoke(domain.domid(), -1));
    host.tell(new VcpuWoke(Domid.of(99), 0));
    host.tell(new VcpuOnline(domain.domid(), 32, true));
    host.tell(new HypervisorCommand.SliceEnded(domain.domid(), 0, 5, SliceEnd.RUNNABLE));
    host.tell(new HypervisorCommand.DomainHalted(domain.domid()));
    host.tell(new HypervisorCommand.DomainHalted(Domid.of(99)));
    host.tell(new HypervisorCommand.PortClosed(domain.domid(), Domid.DOM0, 77));
    host.tell(new HypervisorCommand.CloseDom0Port(-3));
    host.tell(new HypervisorCommand.CloseDom0Port(0));
    assertThat(host.letters(domain.domid())).isEqualTo("-b---");
  }

  // ---- shutting down ----

  @Test
  void aShutdownKeepsItsReasonAndTellsDom0Once() {
    bindDomExc();
    TestDomain domain = host.run(1, SILENT);
    host.tell(new DomainShutdown(domain.domid(), ShutdownReason.REBOOT));
    assertThat(domExc).as("its slice is still under way").isZero();
    assertThat(host.letters(domain.domid())).isEqualTo("r----");
    domain.answer(0, 10_000, SliceEnd.OFFLINE);
    host.run(Duration.ofMillis(1));
    assertThat(domExc).isEqualTo(1);
    assertThat(host.letters(domain.domid())).isEqualTo("---s-");
    host.tell(new DomainShutdown(domain.domid(), ShutdownReason.CRASH));
    assertThat(host.status(domain.domid()).shutdownReason()).contains(ShutdownReason.REBOOT);
    assertThat(host.status(domain.domid()).onlineVcpus()).isEqualTo(1);
    assertThat(domExc).isEqualTo(1);
    assertThat(host.domctl(replyTo -> new ResumeDomain(domain.domid(), replyTo)))
        .as("only a suspended domain is resumed")
        .isInstanceOf(DomctlRefused.class);
  }

  @Test
  void aSuspendedDomainRunsOnWhenItIsResumed() {
    TestDomain domain = host.run(2, SILENT);
    host.tell(new VcpuOnline(domain.domid(), 1, true));
    domain.answer(1, 5_000, SliceEnd.BLOCKED);
    host.tell(new DomainShutdown(domain.domid(), ShutdownReason.SUSPEND));
    domain.answer(0, 10_000, SliceEnd.OFFLINE);
    host.run(Duration.ofMillis(1));
    assertThat(host.letters(domain.domid())).isEqualTo("---s-");
    assertThat(domain.slices).hasSize(2);
    assertThat(host.domctl(replyTo -> new ResumeDomain(domain.domid(), replyTo)))
        .isEqualTo(new DomctlDone(domain.domid()));
    assertThat(domain.slices).as("the blocked one stays blocked").hasSize(3);
    assertThat(domain.slices.getLast().vcpu()).isZero();
    assertThat(host.letters(domain.domid())).isEqualTo("r----");
    assertThat(host.status(domain.domid()).shutdownReason()).isEmpty();
  }

  @Test
  void anActorThatDiesIsACrashOfItsDomain() {
    bindDomExc();
    TestDomain domain = host.attach(spec(16, 1), BURN);
    host.domctl(replyTo -> new UnpauseDomain(domain.domid(), replyTo));
    host.run(Duration.ofMillis(50));
    TestDomain failing =
        host.run(
            1,
            (vcpu, budget) -> {
              throw new IllegalStateException("a bug in the domain's actor");
            });
    host.run(Duration.ofMillis(50));
    assertThat(host.letters(failing.domid())).isEqualTo("---s-");
    assertThat(host.status(failing.domid()).shutdownReason()).contains(ShutdownReason.CRASH);
    assertThat(domExc).isEqualTo(1);
    assertThat(host.letters(domain.domid())).as("its neighbour").isEqualTo("r----");
    assertThat(host.domctl(replyTo -> new PauseDomain(failing.domid(), replyTo)))
        .isEqualTo(new DomctlDone(failing.domid()));
    assertThat(host.domctl(replyTo -> new DestroyDomain(failing.domid(), replyTo)))
        .isEqualTo(new DomctlDone(failing.domid()));
    assertThat(host.list()).hasSize(2);
  }

  // ---- destroying ----

  @Test
  void aDestroyedDomainGivesEverythingBack() {
    bindDomExc();
    TestDomain domain = host.run(2, BURN);
    host.run(Duration.ofMillis(25));
    assertThat(host.domctl(replyTo -> new DestroyDomain(domain.domid(), replyTo)))
        .isEqualTo(new DomctlDone(domain.domid()));
    assertThat(domain.halted).isTrue();
    assertThat(host.list()).hasSize(1);
    assertThat(host.freePages()).isEqualTo(FREE);
    assertThat(domExc).as("dying, then gone").isEqualTo(2);
    int slices = domain.slices.size();
    host.run(Duration.ofSeconds(1));
    assertThat(domain.slices).hasSize(slices);
    assertThat(host.create(spec(1, 1)).domid()).as("the id is recent").isEqualTo(Domid.of(2));
  }

  @Test
  void destroyingWaitsForTheLastMapping() throws GrantRefused {
    TestDomain domain = host.run(1, IDLE);
    domain.xen.grants().seed(3, Domid.DOM0, 5);
    domain.xen.grants().seed(4, Domid.DOM0, 6);
    GrantAccess grants = host.grantsOf(domain.domid());
    GrantMapping one = grants.map(3, Access.READ_WRITE);
    GrantMapping two = grants.map(4, Access.READ_ONLY);
    Answers<DomctlReply> first = host.start(replyTo -> new DestroyDomain(domain.domid(), replyTo));
    Answers<DomctlReply> second = host.start(replyTo -> new DestroyDomain(domain.domid(), replyTo));
    host.run(Duration.ofMinutes(5));
    assertThat(domain.halted).isTrue();
    assertThat(first.received()).isEmpty();
    assertThat(host.letters(domain.domid())).endsWith("d");
    one.page().putLong(0, 42);
    assertThat(one.page().getLong(0)).as("still its page").isEqualTo(42);
    GrantsReply opened = host.ask(replyTo -> new OpenGrants(domain.domid(), replyTo));
    assertThat(opened).isEqualTo(new NoSuchDomain(domain.domid()));
    one.close();
    host.simulation.runUntilIdle();
    assertThat(first.received()).isEmpty();
    two.close();
    host.simulation.runUntilIdle();
    assertThat(first.only()).isEqualTo(new DomctlDone(domain.domid()));
    assertThat(second.only()).isEqualTo(new DomctlDone(domain.domid()));
    assertThat(host.freePages()).isEqualTo(FREE);
  }

  @Test
  void destroyingWaitsForTheActorAndCountsItsSliceAsOver() {
    TestDomain domain = host.run(1, SILENT);
    domain.responsive = false;
    Answers<DomctlReply> paused = host.start(replyTo -> new PauseDomain(domain.domid(), replyTo));
    Answers<DomctlReply> destroyed =
        host.start(replyTo -> new DestroyDomain(domain.domid(), replyTo));
    host.run(Duration.ofSeconds(10));
    assertThat(destroyed.received()).isEmpty();
    host.tell(new HypervisorCommand.DomainHalted(domain.domid()));
    assertThat(paused.only()).isEqualTo(new DomctlDone(domain.domid()));
    assertThat(destroyed.only()).isEqualTo(new DomctlDone(domain.domid()));
    assertThat(host.freePages()).isEqualTo(FREE);
  }

  @Test
  void aDomainThatWasNeverAttachedIsDestroyedAtOnce() {
    XenDomain xen = host.create(spec(16, 1));
    assertThat(host.domctl(replyTo -> new DestroyDomain(xen.domid(), replyTo)))
        .isEqualTo(new DomctlDone(xen.domid()));
    assertThat(host.freePages()).isEqualTo(FREE);
    TestDomain late = new TestDomain(xen, host.hypervisor, BURN, host.simulation);
    late.ref = host.spawn(late.behavior());
    host.tell(new AttachDomain(xen.domid(), late.ref));
    assertThat(late.halted).as("told to halt").isTrue();
    assertThat(host.list()).hasSize(1);
  }

  @Test
  void onlyOneActorRunsADomain() {
    TestDomain domain = host.run(1, IDLE);
    TestDomain second = new TestDomain(domain.xen, host.hypervisor, BURN, host.simulation);
    second.ref = host.spawn(Behaviors.setup(context -> second.behavior()));
    second.responsive = false;
    host.tell(new AttachDomain(domain.domid(), second.ref));
    host.tell(new VcpuWoke(domain.domid(), 0));
    assertThat(second.slices).isEmpty();
    assertThat(domain.slices).hasSize(2);
  }

  @Test
  void domainZeroAndUnknownDomainsAreRefused() {
    Domid nobody = Domid.of(44);
    assertThat(host.domctl(replyTo -> new DestroyDomain(Domid.DOM0, replyTo)))
        .isInstanceOf(DomctlRefused.class);
    assertThat(host.domctl(replyTo -> new PauseDomain(Domid.DOM0, replyTo)))
        .isInstanceOf(DomctlRefused.class);
    assertThat(host.domctl(replyTo -> new DestroyDomain(nobody, replyTo)))
        .isEqualTo(new NoSuchDomain(nobody));
    assertThat(host.domctl(replyTo -> new SetMaxPages(nobody, 5, replyTo)))
        .isEqualTo(new NoSuchDomain(nobody));
    assertThat(host.domctl(replyTo -> new SetCreditParameters(nobody, 256, 0, replyTo)))
        .isEqualTo(new NoSuchDomain(nobody));
    assertThat(host.domctl(replyTo -> new ResumeDomain(nobody, replyTo)))
        .isEqualTo(new NoSuchDomain(nobody));
  }

  private void bindDomExc() {
    BindReply reply = host.ask(replyTo -> new BindDom0Virq(Virq.DOM_EXC, () -> domExc++, replyTo));
    assertThat(reply).isInstanceOf(HypervisorCommand.PortBound.class);
  }
}
