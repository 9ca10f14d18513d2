package io.xengarden.domain;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.Domid;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.domain.builder.BuildSpec;
import io.xengarden.domain.builder.BuiltDomain;
import io.xengarden.domain.builder.DomainBuilder;
import io.xengarden.hypervisor.Hypervisor;
import io.xengarden.hypervisor.Hypervisor.HostResources;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.ConsoleRingText;
import io.xengarden.hypervisor.HypervisorCommand.CreateDomain;
import io.xengarden.hypervisor.HypervisorCommand.DestroyDomain;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreated;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreation;
import io.xengarden.hypervisor.HypervisorCommand.DomainList;
import io.xengarden.hypervisor.HypervisorCommand.DomainSpec;
import io.xengarden.hypervisor.HypervisorCommand.DomainStatus;
import io.xengarden.hypervisor.HypervisorCommand.DomctlDone;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.ListDomains;
import io.xengarden.hypervisor.HypervisorCommand.ReadConsoleRing;
import io.xengarden.hypervisor.HypervisorCommand.UnpauseDomain;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.machine.HostMemory;
import io.xengarden.sim.Simulation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Function;

/** A host in a simulation: the real hypervisor and real domains, and a toolstack that is a test. */
final class SimHost implements AutoCloseable {
  static final long PAGES = 64;
  private static final int MAX_PORTS = 1024;
  private static final Duration SOON = Duration.ofSeconds(5);

  final Simulation sim;
  final ActorRef<HypervisorCommand> hypervisor;
  private final HostMemory memory = HostMemory.ofFrames(8192);
  private final ActorSystem<Void> system;
  private int probes;

  /** A domain with its actor, the hypervisor's side and what the builder made. */
  record Running(Domid domid, XenDomain xen, BuiltDomain built, ActorRef<DomainCommand> actor) {}

  SimHost(Simulation sim, int pcpus) {
    this.sim = sim;
    system = sim.createSystem(Behaviors.empty(), "host");
    HostResources resources = new HostResources(memory, pcpus, 64);
    hypervisor = spawn(Hypervisor.create(resources, sim::nanos), "hypervisor");
  }

  <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
    return system.systemActorOf(behavior, name, Props.empty());
  }

  /** The wall clock of this host. */
  InstantSource wallclock() {
    return () -> Instant.ofEpochSecond(1_700_000_000L).plusNanos(sim.nanos());
  }

  /** A domain that the hypervisor has made and nobody has built. */
  XenDomain createDomain(int vcpus) {
    UUID handle = new UUID(sim.random().nextLong(), sim.random().nextLong());
    DomainSpec spec = new DomainSpec(handle, PAGES, PAGES, vcpus, MAX_PORTS, OptionalInt.empty());
    DomainCreation creation = ask(replyTo -> new CreateDomain(spec, replyTo));
    assertThat(creation).isInstanceOf(DomainCreated.class);
    return ((DomainCreated) creation).domain();
  }

  /** Builds and runs a kernel. */
  Running run(KernelImage kernel, int vcpus, GuestMode mode) {
    XenDomain xen = createDomain(vcpus);
    BuiltDomain built =
        DomainBuilder.build(
            xen, new BuildSpec(kernel, "", PAGES, vcpus), wallclock(), sim.random("entropy"));
    Running running = start(xen, built, kernel, mode);
    unpause(running.domid());
    return running;
  }

  /** The actor of a built domain, still paused. */
  Running start(XenDomain xen, BuiltDomain built, KernelImage kernel, GuestMode mode) {
    DomainSetup setup = new DomainSetup(xen, built, kernel, hypervisor, sim::nanos, mode);
    ActorRef<DomainCommand> actor = spawn(Domain.create(setup), "domain-" + xen.domid());
    return new Running(xen.domid(), xen, built, actor);
  }

  void unpause(Domid domid) {
    assertThat(this.<DomctlReply>ask(replyTo -> new UnpauseDomain(domid, replyTo)))
        .isInstanceOf(DomctlDone.class);
  }

  void destroy(Domid domid) {
    assertThat(this.<DomctlReply>ask(replyTo -> new DestroyDomain(domid, replyTo)))
        .as("destroyed, with everything freed")
        .isInstanceOf(DomctlDone.class);
  }

  Optional<DomainStatus> status(Domid domid) {
    DomainList list = ask(ListDomains::new);
    return list.domains().stream().filter(status -> status.domid().equals(domid)).findFirst();
  }

  String console() {
    ConsoleRingText ring = ask(replyTo -> new ReadConsoleRing(false, replyTo));
    return ring.text();
  }

  /** Lets time pass until the domain has shut down, at most {@code limit}. */
  ShutdownReason awaitShutdown(Domid domid, Duration limit) {
    Duration end = sim.elapsed().plus(limit);
    while (sim.elapsed().compareTo(end) < 0) {
      Optional<ShutdownReason> reason = status(domid).flatMap(DomainStatus::shutdownReason);
      if (reason.isPresent() && status(domid).orElseThrow().flags().shutdown()) {
        return reason.get();
      }
      sim.run(Duration.ofMillis(1));
    }
    throw new AssertionError("domain " + domid + " still runs after " + limit + console());
  }

  /** Asks the hypervisor. */
  <R> R ask(Function<ActorRef<R>, HypervisorCommand> question) {
    return ask(hypervisor, question);
  }

  <M, R> R ask(ActorRef<M> whom, Function<ActorRef<R>, M> question) {
    List<R> answers = new ArrayList<>();
    Behavior<R> probe =
        Behaviors.receiveMessage(
            answer -> {
              answers.add(answer);
              return Behaviors.stopped();
            });
    whom.tell(question.apply(spawn(probe, "probe-" + probes++)));
    assertThat(sim.runUntil(() -> !answers.isEmpty(), SOON)).as("an answer").isTrue();
    return answers.getFirst();
  }

  @Override
  public void close() {
    sim.runUntilIdle();
    sim.close();
    memory.close();
  }
}
