package io.xengarden.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Port;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.CloseDom0Port;
import io.xengarden.hypervisor.HypervisorCommand.DestroyDomain;
import io.xengarden.hypervisor.HypervisorCommand.DomainShutdown;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.PauseDomain;
import io.xengarden.hypervisor.HypervisorCommand.PortBound;
import io.xengarden.hypervisor.HypervisorCommand.SetCreditParameters;
import io.xengarden.hypervisor.HypervisorCommand.UnpauseDomain;
import io.xengarden.hypervisor.HypervisorCommand.VcpuWoke;
import io.xengarden.hypervisor.SimHost.Answers;
import io.xengarden.hypervisor.evtchn.EventChannels.State;
import io.xengarden.hypervisor.gnttab.GrantAccess.Access;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.sim.MailboxOrder;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.Simulation;
import io.xengarden.sim.SimulationRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A busy host under many seeds: whatever crosses whatever, nothing is left over in the end. */
class HostStoryTest {

  @ParameterizedTest
  @EnumSource(MailboxOrder.class)
  void nothingIsLeftWhenEveryDomainIsDestroyed(MailboxOrder order) {
    SimulationRunner.over(Seeds.first(40)).withMailboxes(order).run(Story::play);
  }

  private static final class Story {
    private final Simulation simulation;
    private final SimHost host;
    private final RandomGenerator chance;
    private final List<TestDomain> domains = new ArrayList<>();
    private final List<Answers<? extends Object>> questions = new ArrayList<>();
    private final List<Answers<BindReply>> binds = new ArrayList<>();
    private final List<GrantMapping> mappings = new ArrayList<>();

    private Story(Simulation simulation) {
      this.simulation = simulation;
      this.host = new SimHost(simulation, 3);
      this.chance = simulation.random("story");
    }

    static void play(Simulation simulation) throws GrantRefused {
      try (SimHost host = new Story(simulation).live()) {
        assertThat(host.list()).as("only dom0").hasSize(1);
        assertThat(host.freePages()).isEqualTo(SimHost.FRAMES - SimHost.DOM0_PAGES);
        long steps = simulation.steps();
        host.run(Duration.ofMinutes(10));
        assertThat(simulation.steps() - steps).as("an empty host rests").isLessThan(20);
      }
    }

    private SimHost live() throws GrantRefused {
      for (int i = 0; i < 5; i++) {
        domains.add(newDomain());
      }
      for (int turn = 0; turn < 150; turn++) {
        turn();
        host.run(Duration.ofNanos(chance.nextLong(2_000_000)));
      }
      for (TestDomain domain : domains) {
        ask(replyTo -> new DestroyDomain(domain.domid(), replyTo));
      }
      host.run(Duration.ofSeconds(1));
      mappings.forEach(GrantMapping::close);
      host.run(Duration.ofSeconds(1));
      assertThat(questions).allSatisfy(asked -> assertThat(asked.received()).hasSize(1));
      assertThat(binds).allSatisfy(asked -> assertThat(asked.received()).hasSize(1));
      return host;
    }

    private TestDomain newDomain() {
      return host.attach(SimHost.spec(1 + chance.nextInt(40), 1 + chance.nextInt(3)), this::slice);
    }

    private TestDomain.Ran slice(int vcpu, long budget) {
      return switch (chance.nextInt(4)) {
        case 0 -> new TestDomain.Ran(budget, SliceEnd.RUNNABLE);
        case 1 -> new TestDomain.Ran(1 + chance.nextLong(budget), SliceEnd.RUNNABLE);
        default -> new TestDomain.Ran(1 + chance.nextLong(100_000), SliceEnd.BLOCKED);
      };
    }

    private void turn() throws GrantRefused {
      TestDomain domain = domains.get(chance.nextInt(domains.size()));
      TestDomain other = domains.get(chance.nextInt(domains.size()));
      Domid domid = domain.domid();
      switch (chance.nextInt(14)) {
        case 0, 1 -> ask(replyTo -> new UnpauseDomain(domid, replyTo));
        case 2 -> ask(replyTo -> new PauseDomain(domid, replyTo));
        case 3, 4 -> host.hypervisor.tell(new VcpuWoke(domid, 0));
        case 5 ->
            ask(replyTo -> new SetCreditParameters(domid, 1 + chance.nextInt(999), 40, replyTo));
        case 6 -> bindDom0(domain);
        case 7 -> bindTo(domain, other);
        case 8 -> closeSomething(domain);
        case 9 -> closeInDom0();
        case 10 -> domain.xen.inbox().raise(1);
        case 11 -> map(domain);
        case 12 -> host.hypervisor.tell(new DomainShutdown(domid, ShutdownReason.POWEROFF));
        default -> replace(domain);
      }
    }

    private void ask(Function<ActorRef<DomctlReply>, HypervisorCommand> question) {
      Answers<DomctlReply> answers = host.answers();
      host.hypervisor.tell(question.apply(answers.to()));
      questions.add(answers);
    }

    private void bindDom0(TestDomain domain) {
      if (!domain.halted) {
        int port = (int) domain.events().allocUnbound(Domid.DOM0);
        if (port > 0) {
          if (chance.nextBoolean()) {
            domain.closeWhenBound.add(port);
          }
          Answers<BindReply> answers = host.answers();
          host.hypervisor.tell(
              new BindDom0Port(domain.domid(), port, () -> simulation.record(1), answers.to()));
          binds.add(answers);
        }
      }
    }

    private void bindTo(TestDomain domain, TestDomain other) {
      if (!domain.halted && !other.halted) {
        int port = (int) other.events().allocUnbound(domain.domid());
        if (port > 0 && domain.events().reserve(Domid.DOM0) > 0) {
          domain.bindTo(other.domid(), port);
        }
      }
    }

    /** A port that is bound: closing one whose bind is under way is the guest's own trouble. */
    private void closeSomething(TestDomain domain) {
      int port = domain.events().nextOpen(0);
      if (!domain.halted && port > 0 && domain.events().state(port) == State.INTERDOMAIN) {
        domain.close(port);
      }
    }

    private void closeInDom0() {
      for (Answers<BindReply> answers : binds) {
        if (!answers.received().isEmpty()
            && answers.received().getFirst() instanceof PortBound(var port, _)) {
          host.hypervisor.tell(new CloseDom0Port(port));
        }
      }
    }

    private void map(TestDomain domain) throws GrantRefused {
      if (mappings.size() > 3 && chance.nextBoolean()) {
        mappings.removeFirst().close();
      } else if (!domain.halted) {
        domain.xen.grants().seed(8, Domid.DOM0, 0);
        mappings.add(domain.xen.grants().access(Domid.DOM0).map(8, Access.READ_WRITE));
      }
    }

    private void replace(TestDomain domain) {
      ask(replyTo -> new DestroyDomain(domain.domid(), replyTo));
      domains.remove(domain);
      domains.add(newDomain());
    }
  }
}
