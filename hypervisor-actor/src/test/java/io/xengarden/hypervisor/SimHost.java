package io.xengarden.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.Domid;
import io.xengarden.abi.EventSink;
import io.xengarden.hypervisor.Hypervisor.HostResources;
import io.xengarden.hypervisor.HypervisorCommand.AttachDomain;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Port;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.CreateDomain;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreated;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreation;
import io.xengarden.hypervisor.HypervisorCommand.DomainList;
import io.xengarden.hypervisor.HypervisorCommand.DomainSpec;
import io.xengarden.hypervisor.HypervisorCommand.DomainStatus;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.GetPhysInfo;
import io.xengarden.hypervisor.HypervisorCommand.GrantsOpened;
import io.xengarden.hypervisor.HypervisorCommand.GrantsReply;
import io.xengarden.hypervisor.HypervisorCommand.ListDomains;
import io.xengarden.hypervisor.HypervisorCommand.OpenGrants;
import io.xengarden.hypervisor.HypervisorCommand.PhysInfo;
import io.xengarden.hypervisor.HypervisorCommand.PortBound;
import io.xengarden.hypervisor.HypervisorCommand.UnpauseDomain;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.machine.HostMemory;
import io.xengarden.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Function;

/** One host in a simulation: the real hypervisor, and test domains. The driver plays dom0. */
final class SimHost implements AutoCloseable {
  static final long FRAMES = 4096;
  static final long DOM0_PAGES = 256;

  final Simulation simulation;
  final ActorSystem<HypervisorCommand> hypervisor;
  private final HostMemory memory = HostMemory.ofFrames(FRAMES);
  private int actors;

  SimHost(Simulation simulation, int pcpus) {
    this.simulation = simulation;
    HostResources resources = new HostResources(memory, pcpus, DOM0_PAGES);
    this.hypervisor =
        simulation.createSystem(Hypervisor.create(resources, simulation::nanos), "host");
  }

  /** Answers to one question, as they come. */
  record Answers<T>(ActorRef<T> to, List<T> received) {
    T only() {
      assertThat(received).as("one answer").hasSize(1);
      return received.getFirst();
    }
  }

  <T> Answers<T> answers() {
    List<T> received = new ArrayList<>();
    Behavior<T> collect =
        Behaviors.receive(
            (context, message) -> {
              received.add(message);
              return Behaviors.same();
            });
    return new Answers<>(spawn(collect), received);
  }

  <T> ActorRef<T> spawn(Behavior<T> behavior) {
    return hypervisor.systemActorOf(behavior, "test-" + ++actors, Props.empty());
  }

  /** Asks, and lets everything happen that takes no time. */
  <T> Answers<T> start(Function<ActorRef<T>, HypervisorCommand> question) {
    Answers<T> answers = answers();
    hypervisor.tell(question.apply(answers.to()));
    simulation.runUntilIdle();
    return answers;
  }

  <T> T ask(Function<ActorRef<T>, HypervisorCommand> question) {
    return start(question).only();
  }

  void tell(HypervisorCommand command) {
    hypervisor.tell(command);
    simulation.runUntilIdle();
  }

  DomctlReply domctl(Function<ActorRef<DomctlReply>, HypervisorCommand> question) {
    return ask(question);
  }

  static DomainSpec spec(long pages, int vcpus) {
    return new DomainSpec(new UUID(1, pages), pages, pages, vcpus, 128, OptionalInt.empty());
  }

  XenDomain create(DomainSpec spec) {
    DomainCreation creation = ask(replyTo -> new CreateDomain(spec, replyTo));
    assertThat(creation).isInstanceOf(DomainCreated.class);
    return ((DomainCreated) creation).domain();
  }

  /** A created and attached domain, paused as created. */
  TestDomain attach(DomainSpec spec, TestDomain.Script script) {
    XenDomain xen = create(spec);
    TestDomain domain = new TestDomain(xen, hypervisor, script, simulation);
    domain.ref = spawn(domain.behavior());
    xen.inbox().attach(domain.ref);
    tell(new AttachDomain(xen.domid(), domain.ref));
    return domain;
  }

  TestDomain run(int vcpus, TestDomain.Script script) {
    TestDomain domain = attach(spec(16, vcpus), script);
    domctl(replyTo -> new UnpauseDomain(domain.domid(), replyTo));
    return domain;
  }

  List<DomainStatus> list() {
    return this.<DomainList>ask(ListDomains::new).domains();
  }

  DomainStatus status(Domid domid) {
    return list().stream().filter(status -> status.domid().equals(domid)).findFirst().orElseThrow();
  }

  /** The six letters of xl list, but for the reason's. */
  String letters(Domid domid) {
    HypervisorCommand.DomainFlags flags = status(domid).flags();
    return (flags.running() ? "r" : "-")
        + (flags.blocked() ? "b" : "-")
        + (flags.paused() ? "p" : "-")
        + (flags.shutdown() ? "s" : "-")
        + (flags.dying() ? "d" : "-");
  }

  long freePages() {
    return this.<PhysInfo>ask(GetPhysInfo::new).freePages();
  }

  GrantAccess grantsOf(Domid granter) {
    GrantsReply reply = ask(replyTo -> new OpenGrants(granter, replyTo));
    return ((GrantsOpened) reply).access();
  }

  PortBound bind(Domid remote, int port, EventSink local) {
    BindReply reply = ask(replyTo -> new BindDom0Port(remote, port, local, replyTo));
    assertThat(reply).isInstanceOf(PortBound.class);
    return (PortBound) reply;
  }

  void run(Duration duration) {
    simulation.run(duration);
  }

  @Override
  public void close() {
    simulation.close();
    memory.close();
  }
}
