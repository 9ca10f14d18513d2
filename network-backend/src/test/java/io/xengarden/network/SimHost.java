package io.xengarden.network;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.hypervisor.Hypervisor;
import io.xengarden.hypervisor.Hypervisor.HostResources;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.CreateDomain;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreated;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreation;
import io.xengarden.hypervisor.HypervisorCommand.DomainSpec;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.machine.HostMemory;
import io.xengarden.network.Bridges.BridgesSetup;
import io.xengarden.network.BridgesCommand.BridgeStatus;
import io.xengarden.network.BridgesCommand.BridgesStatus;
import io.xengarden.network.BridgesCommand.OwnDomain;
import io.xengarden.network.BridgesCommand.ReadBridges;
import io.xengarden.network.bridge.BridgeCounters;
import io.xengarden.sim.Simulation;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.XenStore;
import io.xengarden.xenstore.XenStoreCommand;
import io.xengarden.xenstore.XenStoreCommand.Batch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Function;

/** A host in a simulation: real hypervisor, xenstore and bridges; the test is the toolstack. */
final class SimHost implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final int FRAMES = 8_192;
  private static final int MAX_PORTS = 1_024;

  final String name;
  final Simulation sim;
  final ActorRef<HypervisorCommand> hypervisor;
  final ActorRef<XenStoreCommand> store;
  final ActorRef<BridgesCommand> bridges;
  private final HostMemory memory = HostMemory.ofFrames(FRAMES);
  private final ActorSystem<Void> system;
  private int spawned;

  SimHost(Simulation sim, String name, OverlayLink overlay) {
    this.sim = sim;
    this.name = name;
    this.system = sim.createSystem(Behaviors.empty(), name);
    HostResources machine = new HostResources(memory, 2, 64);
    this.hypervisor = spawn(Hypervisor.create(machine, sim::nanos));
    this.store = spawn(XenStore.create());
    BridgesSetup setup = new BridgesSetup(List.of("xenbr0", "xenbr1"), sim::nanos, overlay);
    this.bridges = spawn(Bridges.create(setup));
    sim.runUntilIdle();
  }

  <T> ActorRef<T> spawn(Behavior<T> behavior) {
    return system.systemActorOf(behavior, "test-" + spawned++, Props.empty());
  }

  XenDomain createDomain(UUID uuid) {
    DomainSpec spec =
        new DomainSpec(uuid, Netfront.PAGES, Netfront.PAGES, 1, MAX_PORTS, OptionalInt.empty());
    DomainCreation creation = ask(hypervisor, replyTo -> new CreateDomain(spec, replyTo));
    assertThat(creation).isInstanceOf(DomainCreated.class);
    return ((DomainCreated) creation).domain();
  }

  /** A guest on xenbr0 that is connected, owned by this host under epoch 1, with pages offered. */
  SimGuest connectedGuest(int number) {
    SimGuest guest = guest(number, 1);
    guest.connect();
    return guest;
  }

  /** A guest whose device nodes are there, and whose backend has started. */
  SimGuest guest(int number, long epoch) {
    SimGuest guest = new SimGuest(this, SimGuest.Device.of(number));
    own(guest.uuid(), epoch);
    guest.attach();
    return guest;
  }

  void own(UUID uuid, long epoch) {
    bridges.tell(new OwnDomain(uuid, epoch));
    sim.runUntilIdle();
  }

  void peers(String... hosts) {
    bridges.tell(new BridgesCommand.SetPeers(List.of(hosts)));
    sim.runUntilIdle();
  }

  BatchDone batch(List<StoreOp> ops) {
    BatchResult result = ask(store, replyTo -> new Batch(ops, replyTo));
    assertThat(result).isInstanceOf(BatchDone.class);
    return (BatchDone) result;
  }

  String read(String path) {
    return batch(List.of(new StoreOp.ReadIfPresent(path))).text(0).orElse(null);
  }

  void write(String path, Object value) {
    batch(List.of(new StoreOp.Write(path, value.toString())));
  }

  BridgeStatus bridge() {
    BridgesStatus status = ask(bridges, ReadBridges::new);
    return status.bridges().getFirst();
  }

  BridgeCounters counters() {
    return bridge().counters();
  }

  <M, R> R ask(ActorRef<M> whom, Function<ActorRef<R>, M> question) {
    List<R> answers = new ArrayList<>();
    whom.tell(question.apply(probe(answers)));
    assertThat(sim.runUntil(() -> !answers.isEmpty(), SOON)).as("an answer").isTrue();
    return answers.getFirst();
  }

  <R> ActorRef<R> probe(List<R> answers) {
    return spawn(
        Behaviors.receiveMessage(
            answer -> {
              answers.add(answer);
              return Behaviors.same();
            }));
  }

  /** Ends the simulation: what it runs lives in this memory. */
  @Override
  public void close() {
    sim.close();
    memory.close();
  }
}
