package io.xengarden.hypervisor;

import static io.xengarden.hypervisor.SimHost.spec;
import static io.xengarden.hypervisor.TestDomain.IDLE;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.Domid;
import io.xengarden.abi.Errno;
import io.xengarden.abi.EventSink;
import io.xengarden.abi.Virq;
import io.xengarden.hypervisor.DomainSignal.PeerAnswered;
import io.xengarden.hypervisor.DomainSignal.PeerConnected;
import io.xengarden.hypervisor.DomainSignal.PeerRefused;
import io.xengarden.hypervisor.HypervisorCommand.AttachDomain;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Port;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Virq;
import io.xengarden.hypervisor.HypervisorCommand.BindRefused;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.CloseDom0Port;
import io.xengarden.hypervisor.HypervisorCommand.DestroyDomain;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.NoSuchDomain;
import io.xengarden.hypervisor.HypervisorCommand.PortBound;
import io.xengarden.hypervisor.SimHost.Answers;
import io.xengarden.hypervisor.evtchn.EventChannels.State;
import io.xengarden.sim.Simulation;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ports that find each other and part, between dom0 and domains and between domains. */
class EventBindingTest {
  private static final EventSink NOBODY = () -> {};

  private final SimHost host = new SimHost(new Simulation(1), 2);
  private int raised;

  @AfterEach
  void close() {
    host.close();
  }

  // ---- dom0 and a domain ----

  @Test
  void aBoundPortCarriesEventsBothWaysAndIsRaisedAtOnce() {
    TestDomain domain = host.run(1, IDLE);
    int port = (int) domain.events().allocUnbound(Domid.DOM0);
    PortBound bound = host.bind(domain.domid(), port, () -> raised++);
    assertThat(bound.port()).isEqualTo(1);
    assertThat(raised).as("events may have been lost before").isEqualTo(1);
    assertThat(domain.events().send(port)).isZero();
    assertThat(raised).isEqualTo(2);
    int slices = domain.slices.size();
    bound.peer().raise();
    bound.peer().raise();
    host.simulation.runUntilIdle();
    assertThat(domain.delivered).as("raises merge").containsExactly(port);
    assertThat(domain.slices).as("and wake the vCPU").hasSize(slices + 1);
  }

  @Test
  void onlyAPortThatIsUnboundForDomainZeroIsBound() {
    TestDomain domain = host.run(1, IDLE);
    int forOther = (int) domain.events().allocUnbound(Domid.of(9));
    int port = (int) domain.events().allocUnbound(Domid.DOM0);
    assertThat(bindReply(domain.domid(), forOther)).isEqualTo(new BindRefused(Errno.EINVAL));
    assertThat(bindReply(domain.domid(), 77)).isEqualTo(new BindRefused(Errno.EINVAL));
    assertThat(bindReply(Domid.of(9), 1)).isEqualTo(new NoSuchDomain(Domid.of(9)));
    host.bind(domain.domid(), port, NOBODY);
    assertThat(bindReply(domain.domid(), port)).isEqualTo(new BindRefused(Errno.EINVAL));
    int next = (int) domain.events().allocUnbound(Domid.DOM0);
    assertThat(host.bind(domain.domid(), next, NOBODY).port())
        .as("refused binds hold no port")
        .isEqualTo(2);
  }

  private BindReply bindReply(Domid remote, int port) {
    return host.ask(replyTo -> new BindDom0Port(remote, port, NOBODY, replyTo));
  }

  @Test
  void aBindBeforeTheDomainsActorIsThereWaitsForIt() {
    XenDomain xen = host.create(spec(16, 1));
    int port = (int) xen.events().allocUnbound(Domid.DOM0);
    Answers<BindReply> reply =
        host.start(replyTo -> new BindDom0Port(xen.domid(), port, NOBODY, replyTo));
    assertThat(reply.received()).isEmpty();
    TestDomain domain = new TestDomain(xen, host.hypervisor, IDLE, host.simulation);
    domain.ref = host.spawn(domain.behavior());
    host.tell(new AttachDomain(xen.domid(), domain.ref));
    assertThat(reply.only()).isInstanceOf(PortBound.class);
    assertThat(xen.events().state(port)).isEqualTo(State.INTERDOMAIN);
  }

  @Test
  void aBindToADomainThatDiesIsAnswered() {
    XenDomain neverThere = host.create(spec(16, 1));
    Answers<BindReply> waiting =
        host.start(replyTo -> new BindDom0Port(neverThere.domid(), 1, NOBODY, replyTo));
    host.domctl(replyTo -> new DestroyDomain(neverThere.domid(), replyTo));
    assertThat(waiting.only()).isEqualTo(new NoSuchDomain(neverThere.domid()));

    TestDomain silent = host.run(1, IDLE);
    silent.responsive = false;
    int port = (int) silent.events().allocUnbound(Domid.DOM0);
    Answers<BindReply> asked =
        host.start(replyTo -> new BindDom0Port(silent.domid(), port, NOBODY, replyTo));
    host.<DomctlReply>start(replyTo -> new DestroyDomain(silent.domid(), replyTo));
    assertThat(asked.received()).isEmpty();
    host.tell(new HypervisorCommand.DomainHalted(silent.domid()));
    assertThat(asked.only()).isEqualTo(new NoSuchDomain(silent.domid()));
    TestDomain next = host.run(1, IDLE);
    int nextPort = (int) next.events().allocUnbound(Domid.DOM0);
    assertThat(host.bind(next.domid(), nextPort, NOBODY).port()).as("no port leaked").isEqualTo(1);
  }

  @Test
  void whenDomainZeroClosesTheDomainsPortIsUnboundAgain() {
    TestDomain domain = host.run(1, IDLE);
    int port = (int) domain.events().allocUnbound(Domid.DOM0);
    PortBound bound = host.bind(domain.domid(), port, () -> raised++);
    host.tell(new CloseDom0Port(bound.port()));
    assertThat(domain.events().state(port)).isEqualTo(State.UNBOUND);
    assertThat(domain.events().send(port)).isZero();
    assertThat(raised).as("nobody hears it").isEqualTo(1);
    assertThat(host.bind(domain.domid(), port, () -> raised++).port())
        .as("the number is free again")
        .isEqualTo(bound.port());
  }

  @Test
  void whenTheDomainClosesDomainZerosPortStaysUnboundUntilItIsClosed() {
    TestDomain domain = host.run(1, IDLE);
    int port = (int) domain.events().allocUnbound(Domid.DOM0);
    int first = host.bind(domain.domid(), port, NOBODY).port();
    domain.close(port);
    host.simulation.runUntilIdle();
    int again = (int) domain.events().allocUnbound(Domid.DOM0);
    int second = host.bind(domain.domid(), again, NOBODY).port();
    assertThat(again).isEqualTo(port);
    assertThat(second).as("the first is not free yet").isNotEqualTo(first);
    host.tell(new CloseDom0Port(first));
    assertThat(domain.events().state(again))
        .as("the next connection of the same port")
        .isEqualTo(State.INTERDOMAIN);
    host.tell(new CloseDom0Port(first));
    host.tell(new CloseDom0Port(second));
    assertThat(domain.events().state(again)).isEqualTo(State.UNBOUND);
  }

  @Test
  void aDomainThatClosesRightAfterItConnectedLeavesNothingBehind() {
    TestDomain domain = host.run(1, IDLE);
    int port = (int) domain.events().allocUnbound(Domid.DOM0);
    domain.closeWhenBound.add(port);
    PortBound bound = host.bind(domain.domid(), port, NOBODY);
    assertThat(domain.events().state(port)).isEqualTo(State.CLOSED);
    domain.closeWhenBound.clear();
    assertThat((int) domain.events().allocUnbound(Domid.DOM0)).isEqualTo(port);
    host.bind(domain.domid(), port, NOBODY);
    host.tell(new CloseDom0Port(bound.port()));
    assertThat(domain.events().state(port)).as("another connection").isEqualTo(State.INTERDOMAIN);
  }

  @Test
  void virqsOfDomainZeroAreBoundOnceEach() {
    assertThat(bindVirq(Virq.DOM_EXC)).isEqualTo(new PortBound(1, portPeer(Virq.CON_RING, 2)));
    assertThat(bindVirq(Virq.DOM_EXC)).isEqualTo(new BindRefused(Errno.EEXIST));
    assertThat(bindVirq(Virq.TIMER)).isEqualTo(new BindRefused(Errno.EINVAL));
    host.tell(new HypervisorCommand.ConsoleWrite(Domid.of(3), "hello"));
    assertThat(raised).as("CON_RING").isEqualTo(1);
    host.tell(new CloseDom0Port(1));
    assertThat(bindVirq(Virq.DOM_EXC)).isInstanceOf(PortBound.class);
  }

  /** The peer of a VIRQ's port is nobody, always the same one. */
  private EventSink portPeer(Virq virq, int port) {
    PortBound bound = (PortBound) bindVirq(virq);
    assertThat(bound.port()).isEqualTo(port);
    bound.peer().raise();
    return bound.peer();
  }

  private BindReply bindVirq(Virq virq) {
    return host.ask(replyTo -> new BindDom0Virq(virq, () -> raised++, replyTo));
  }

  // ---- two domains ----

  @Test
  void twoDomainsTalk() {
    TestDomain server = host.run(1, IDLE);
    TestDomain client = host.run(1, IDLE);
    int offered = (int) server.events().allocUnbound(client.domid());
    int port = client.bindTo(server.domid(), offered);
    host.simulation.runUntilIdle();
    assertThat(client.peerAnswers).hasSize(1);
    assertThat(client.delivered).as("raised once when bound").containsExactly(port);
    assertThat(client.events().status(port).remotePort()).isEqualTo(offered);
    assertThat(server.events().status(offered).remotePort()).isEqualTo(port);
    client.events().send(port);
    host.simulation.runUntilIdle();
    assertThat(server.delivered).containsExactly(offered);
    server.events().send(offered);
    host.run(Duration.ofMillis(1));
    assertThat(client.delivered).containsExactly(port, port);
  }

  @Test
  void aDomainBindsToItself() {
    TestDomain domain = host.run(1, IDLE);
    int offered = (int) domain.events().allocUnbound(domain.domid());
    int port = domain.bindTo(domain.domid(), offered);
    host.simulation.runUntilIdle();
    domain.events().send(port);
    host.run(Duration.ofMillis(1));
    assertThat(domain.delivered).contains(offered);
    domain.close(port);
    host.run(Duration.ofMillis(1));
    assertThat(domain.events().state(offered)).isEqualTo(State.UNBOUND);
  }

  @Test
  void aBindThatDoesNotFitIsRefused() {
    TestDomain server = host.run(1, IDLE);
    TestDomain client = host.run(1, IDLE);
    int forOther = (int) server.events().allocUnbound(Domid.of(99));
    int port = client.bindTo(server.domid(), forOther);
    host.simulation.runUntilIdle();
    assertThat(client.peerAnswers)
        .containsExactly(new PeerAnswered(port, new PeerRefused(Errno.EINVAL)));
    client.bindTo(Domid.of(55), 1);
    client.bindTo(Domid.DOM0, 1);
    host.simulation.runUntilIdle();
    assertThat(client.peerAnswers.subList(1, 3))
        .allMatch(answer -> answer.answer().equals(new PeerRefused(Errno.ESRCH)));
  }

  @Test
  void eitherSideClosesAndTheOtherIsUnbound() {
    TestDomain server = host.run(1, IDLE);
    TestDomain client = host.run(1, IDLE);
    int offered = (int) server.events().allocUnbound(client.domid());
    int port = client.bindTo(server.domid(), offered);
    host.simulation.runUntilIdle();
    client.close(port);
    host.simulation.runUntilIdle();
    assertThat(server.events().state(offered)).isEqualTo(State.UNBOUND);
    port = client.bindTo(server.domid(), offered);
    host.simulation.runUntilIdle();
    assertThat(client.peerAnswers.getLast().answer()).isInstanceOf(PeerConnected.class);
    server.close(offered);
    host.simulation.runUntilIdle();
    assertThat(client.events().state(port)).isEqualTo(State.UNBOUND);
  }

  @Test
  void aLateCloseDoesNotHitTheNextConnectionOfTheSameNumber() {
    TestDomain server = host.run(1, IDLE);
    TestDomain client = host.run(1, IDLE);
    TestDomain third = host.run(1, IDLE);
    int offered = (int) server.events().allocUnbound(client.domid());
    int port = client.bindTo(server.domid(), offered);
    host.simulation.runUntilIdle();
    server.close(offered);
    assertThat((int) server.events().allocUnbound(third.domid())).isEqualTo(offered);
    third.bindTo(server.domid(), offered);
    client.close(port); // crosses the server's close
    host.simulation.runUntilIdle();
    assertThat(server.events().state(offered)).isEqualTo(State.INTERDOMAIN);
    assertThat(server.events().status(offered).remote()).isEqualTo(third.domid());
  }

  @Test
  void aDestroyedDomainsPeersAreUnbound() {
    TestDomain server = host.run(1, IDLE);
    TestDomain client = host.run(1, IDLE);
    int offered = (int) server.events().allocUnbound(client.domid());
    client.bindTo(server.domid(), offered);
    host.simulation.runUntilIdle();
    host.domctl(replyTo -> new DestroyDomain(client.domid(), replyTo));
    assertThat(server.events().state(offered)).isEqualTo(State.UNBOUND);
  }

  @Test
  void aCrashedActorsPeersAreUnboundWhenItsDomainIsDestroyed() {
    TestDomain server = host.run(1, IDLE);
    boolean[] fail = new boolean[1];
    TestDomain client =
        host.run(
            1,
            (vcpu, budget) -> {
              if (fail[0]) {
                throw new IllegalStateException("a bug");
              }
              return IDLE.run(vcpu, budget);
            });
    int offered = (int) server.events().allocUnbound(client.domid());
    client.bindTo(server.domid(), offered);
    host.run(Duration.ofMillis(1));
    assertThat(server.events().state(offered)).isEqualTo(State.INTERDOMAIN);
    fail[0] = true;
    server.events().send(offered);
    host.run(Duration.ofMillis(1));
    assertThat(host.letters(client.domid())).isEqualTo("---s-");
    assertThat(server.events().state(offered)).as("as on Xen").isEqualTo(State.INTERDOMAIN);
    host.domctl(replyTo -> new DestroyDomain(client.domid(), replyTo));
    assertThat(server.events().state(offered)).isEqualTo(State.UNBOUND);
  }

  @Test
  void aBinderThatDiesMeanwhileLeavesTheOfferedPortUnbound() {
    TestDomain server = host.run(1, IDLE);
    TestDomain client = host.run(1, IDLE);
    int offered = (int) server.events().allocUnbound(client.domid());
    client.bindTo(server.domid(), offered);
    host.hypervisor.tell(new DestroyDomain(client.domid(), host.<DomctlReply>answers().to()));
    host.run(Duration.ofMillis(1));
    assertThat(server.events().state(offered)).isEqualTo(State.UNBOUND);
    assertThat(host.list()).hasSize(2);
  }
}
