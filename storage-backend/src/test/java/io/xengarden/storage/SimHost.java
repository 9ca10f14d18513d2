package io.xengarden.storage;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.hypervisor.Hypervisor;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.AttachDomain;
import io.xengarden.hypervisor.HypervisorCommand.CreateDomain;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreated;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreation;
import io.xengarden.hypervisor.HypervisorCommand.DomainSpec;
import io.xengarden.machine.HostMemory;
import io.xengarden.sim.Simulation;
import io.xengarden.storage.guest.GuestRam;
import io.xengarden.storage.sim.SimulatedDisk;
import io.xengarden.storage.sim.SimulatedImages;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.XenStore;
import io.xengarden.xenstore.XenStoreCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Consumer;

/** One host in a simulation: the real hypervisor, xenstore and backends on simulated disks. */
final class SimHost implements AutoCloseable {
  private static final int FRAMES = 4096;
  private static final int DOM0_PAGES = 256;
  static final long DISK_BYTES = 1 << 20;

  final Simulation simulation;
  final ActorRef<HypervisorCommand> hypervisor;
  final ActorRef<XenStoreCommand> store;
  final SimulatedImages images;
  private final HostMemory memory = HostMemory.ofFrames(FRAMES);
  private final ActorSystem<VbdSetup> system;
  private final Map<String, ActorRef<VbdBackendCommand>> backends = new LinkedHashMap<>();
  private final List<String> ended = new ArrayList<>();
  private int actors;

  SimHost(Simulation simulation) {
    this.simulation = simulation;
    this.system = simulation.createSystem(dom0(), "host");
    this.hypervisor =
        spawn(
            Hypervisor.create(
                new Hypervisor.HostResources(memory, 2, DOM0_PAGES), simulation::nanos));
    this.store = spawn(XenStore.create());
    this.images =
        new SimulatedImages(
            SimulatedImages.Later.through(system.scheduler(), system.executionContext()));
  }

  /** Keeps backends, and notes which have ended. */
  private Behavior<VbdSetup> dom0() {
    return Behaviors.setup(
        context ->
            Behaviors.receive(VbdSetup.class)
                .onAnyMessage(
                    setup -> {
                      var backend = context.spawnAnonymous(VbdBackend.create(setup));
                      context.watch(backend);
                      backends.put(setup.backendPath(), backend);
                      return Behaviors.same();
                    })
                .onSignal(
                    Terminated.class,
                    signal -> {
                      backends.forEach(
                          (path, backend) -> {
                            if (backend.equals(signal.getRef())) {
                              ended.add(path);
                            }
                          });
                      return Behaviors.same();
                    })
                .build());
  }

  <T> ActorRef<T> spawn(Behavior<T> behavior) {
    return system.systemActorOf(behavior, "test-" + ++actors, Props.empty());
  }

  /** Every answer that comes to it. */
  <T> ActorRef<T> collect(Consumer<T> received) {
    return spawn(
        Behaviors.receive(
            (context, message) -> {
              received.accept(message);
              return Behaviors.same();
            }));
  }

  /** The one answer to a question that takes no time. */
  <T> T ask(Consumer<ActorRef<T>> question) {
    List<T> answers = new ArrayList<>();
    question.accept(collect(answers::add));
    simulation.runUntilIdle();
    assertThat(answers).as("one answer").hasSize(1);
    return answers.getFirst();
  }

  SimGuest createGuest() {
    DomainSpec spec =
        new DomainSpec(
            new UUID(7, actors), GuestRam.PAGES, GuestRam.PAGES, 1, 64, OptionalInt.empty());
    DomainCreation made = ask(replyTo -> hypervisor.tell(new CreateDomain(spec, replyTo)));
    SimGuest guest = new SimGuest(((DomainCreated) made).domain(), hypervisor);
    hypervisor.tell(new AttachDomain(guest.domid(), spawn(guest.behavior())));
    simulation.runUntilIdle();
    return guest;
  }

  SimulatedDisk createDisk(String target) {
    return images.create(target, DISK_BYTES, simulation.random(target));
  }

  /** What the toolstack does to attach a disk, and its backend. */
  SimVbd attach(SimGuest guest, int devid, String target, String mode) {
    SimVbd vbd = new SimVbd(this, guest, devid);
    vbd.writeNodes(target, mode);
    start(vbd);
    return vbd;
  }

  /** The backend of a device whose nodes are there; without a step for it. */
  void start(SimVbd vbd) {
    system.tell(
        new VbdSetup(vbd.guest.domid(), vbd.devid, vbd.backendPath(), hypervisor, store, images));
  }

  ActorRef<VbdBackendCommand> backend(String path) {
    return backends.get(path);
  }

  boolean hasEnded(String backendPath) {
    return ended.contains(backendPath);
  }

  void write(StoreOp... ops) {
    BatchResult result =
        ask(replyTo -> store.tell(new XenStoreCommand.Batch(List.of(ops), replyTo)));
    assertThat(result).isInstanceOf(BatchResult.BatchDone.class);
  }

  Optional<String> read(String path) {
    BatchResult result =
        ask(
            replyTo ->
                store.tell(
                    new XenStoreCommand.Batch(List.of(new StoreOp.ReadIfPresent(path)), replyTo)));
    return ((BatchResult.BatchDone) result).text(0);
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
