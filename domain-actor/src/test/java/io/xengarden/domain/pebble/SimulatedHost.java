package io.xengarden.domain.pebble;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.ConsoleRing;
import io.xengarden.abi.Domid;
import io.xengarden.abi.EventSink;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.domain.Domain;
import io.xengarden.domain.DomainCommand;
import io.xengarden.domain.DomainSetup;
import io.xengarden.domain.GuestMode;
import io.xengarden.domain.builder.BuildSpec;
import io.xengarden.domain.builder.BuiltDomain;
import io.xengarden.domain.builder.DomainBuilder;
import io.xengarden.hypervisor.Hypervisor;
import io.xengarden.hypervisor.Hypervisor.HostResources;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Port;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.CreateDomain;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreated;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreation;
import io.xengarden.hypervisor.HypervisorCommand.DomainList;
import io.xengarden.hypervisor.HypervisorCommand.DomainSpec;
import io.xengarden.hypervisor.HypervisorCommand.DomainStatus;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.ListDomains;
import io.xengarden.hypervisor.HypervisorCommand.PortBound;
import io.xengarden.hypervisor.HypervisorCommand.UnpauseDomain;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.machine.HostMemory;
import io.xengarden.machine.PageView;
import io.xengarden.sim.Simulation;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.RingBell;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.XenStore;
import io.xengarden.xenstore.XenStoreCommand;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Function;

/**
 * Pebble under the real actors: hypervisor, store and domain; the test is toolstack and console.
 */
final class SimulatedHost implements AutoCloseable {
  private static final long PAGES = 4096;
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Duration TICK = Duration.ofMillis(1);

  final Simulation sim;
  final StringBuilder console = new StringBuilder();
  private final HostMemory memory = HostMemory.ofFrames(2 * PAGES);
  private final ActorSystem<Void> system;
  private final ActorRef<HypervisorCommand> hypervisor;
  private final ActorRef<XenStoreCommand> store;
  private PageView consolePage;
  private EventSink consolePort;
  private Domid domid;
  private int probes;

  SimulatedHost(Simulation sim, int pcpus) {
    this.sim = sim;
    system = sim.createSystem(Behaviors.empty(), "host");
    hypervisor =
        spawn(Hypervisor.create(new HostResources(memory, pcpus, 64), sim::nanos), "hypervisor");
    store = spawn(XenStore.create(), "xenstore");
  }

  private <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
    return system.systemActorOf(behavior, name, Props.empty());
  }

  /** Creates a domain with Pebble and lets it run. */
  void boot(int vcpus, String cmdline, GuestMode mode) {
    DomainSpec spec =
        new DomainSpec(new UUID(1, sim.seed()), PAGES, PAGES, vcpus, 1024, OptionalInt.empty());
    DomainCreation creation = ask(hypervisor, replyTo -> new CreateDomain(spec, replyTo));
    assertThat(creation).isInstanceOf(DomainCreated.class);
    XenDomain xen = ((DomainCreated) creation).domain();
    domid = xen.domid();
    PebbleImage kernel = new PebbleImage();
    BuiltDomain built =
        DomainBuilder.build(
            xen,
            new BuildSpec(kernel, cmdline, PAGES, vcpus),
            () -> Instant.ofEpochSecond(1_700_000_000L).plusNanos(sim.nanos()),
            sim.random("entropy"));
    DomainSetup setup = new DomainSetup(xen, built, kernel, hypervisor, sim::nanos, mode);
    ActorRef<DomainCommand> actor = spawn(Domain.create(setup), "domain");
    assertThat(actor).isNotNull();
    connect(xen, built);
    nodes(vcpus); // answered after the store has heard of the domain: only then may it run
    ask(hypervisor, (ActorRef<DomctlReply> replyTo) -> new UnpauseDomain(domid, replyTo));
  }

  private void nodes(int vcpus) {
    String home = "/local/domain/" + domid;
    String guest = "r" + domid;
    List<StoreOp> ops = new ArrayList<>();
    ops.add(new StoreOp.Mkdir(home));
    ops.add(new StoreOp.SetPerms(home, "n0", guest));
    ops.add(new StoreOp.Write(home + "/name", "web"));
    ops.add(new StoreOp.Mkdir(home + "/device"));
    ops.add(new StoreOp.Write(home + "/control/shutdown", ""));
    ops.add(new StoreOp.SetPerms(home + "/control/shutdown", "n" + domid));
    for (int vcpu = 0; vcpu < vcpus; vcpu++) {
      ops.add(new StoreOp.Write(home + "/cpu/" + vcpu + "/availability", "online"));
    }
    batch(ops);
  }

  void write(String path, String value) {
    batch(List.of(new StoreOp.Write("/local/domain/" + domid + "/" + path, value)));
  }

  private void batch(List<StoreOp> ops) {
    BatchResult result = ask(store, replyTo -> new XenStoreCommand.Batch(ops, replyTo));
    assertThat(result).isInstanceOf(BatchResult.BatchDone.class);
  }

  private void connect(XenDomain xen, BuiltDomain built) {
    RingBell bell = new RingBell(store, domid);
    EventSink storePort = bind(built.storePort(), bell);
    PageView storePage = xen.memory().page(built.storeGfn(), true);
    store.tell(new XenStoreCommand.Introduce(domid, storePage, storePort));
    consolePage = xen.memory().page(built.consoleGfn(), true);
    consolePort = bind(built.consolePort(), () -> {});
  }

  private EventSink bind(int port, EventSink local) {
    BindReply reply = ask(hypervisor, replyTo -> new BindDom0Port(domid, port, local, replyTo));
    assertThat(reply).isInstanceOf(PortBound.class);
    return ((PortBound) reply).peer();
  }

  private <M, R> R ask(ActorRef<M> whom, Function<ActorRef<R>, M> question) {
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

  void run(Duration time) {
    Duration end = sim.elapsed().plus(time);
    while (sim.elapsed().compareTo(end) < 0) {
      sim.run(TICK);
      drainConsole();
    }
  }

  private void drainConsole() {
    byte[] bytes = new byte[ConsoleRing.OUT_SIZE];
    int count = ConsoleRing.readOut(consolePage, 0, bytes, 0, bytes.length);
    if (count > 0) {
      console.append(new String(bytes, 0, count, StandardCharsets.UTF_8));
      consolePort.raise();
    }
  }

  void awaitPrompt(Duration limit) {
    Duration end = sim.elapsed().plus(limit);
    while (!console.toString().endsWith("\npebble# ")) {
      assertThat(sim.elapsed()).as("prompt; console: %s", console).isLessThan(end);
      run(TICK);
    }
  }

  /** Runs a command line; what it printed. */
  String command(String line) {
    awaitPrompt(Duration.ofSeconds(30));
    int from = console.length();
    byte[] bytes = (line + "\r").getBytes(StandardCharsets.UTF_8);
    assertThat(ConsoleRing.writeIn(consolePage, 0, bytes, 0, bytes.length)).isEqualTo(bytes.length);
    consolePort.raise();
    while (console.indexOf("\n", from) < 0) {
      run(TICK); // until the line is echoed
    }
    awaitPrompt(Duration.ofMinutes(2));
    String text = console.substring(from).replace("\r\n", "\n");
    return text.substring(text.indexOf('\n') + 1, text.length() - "pebble# ".length());
  }

  Optional<DomainStatus> status() {
    DomainList list = ask(hypervisor, ListDomains::new);
    return list.domains().stream().filter(status -> status.domid().equals(domid)).findFirst();
  }

  Optional<ShutdownReason> shutdownReason() {
    return status().flatMap(DomainStatus::shutdownReason);
  }

  @Override
  public void close() {
    sim.runUntilIdle();
    sim.close();
    memory.close();
  }
}
