package io.xengarden.node.dom0;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.Domid;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.hypervisor.Hypervisor;
import io.xengarden.hypervisor.Hypervisor.HostResources;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.CreateDomain;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreation;
import io.xengarden.hypervisor.HypervisorCommand.DomainList;
import io.xengarden.hypervisor.HypervisorCommand.DomainSpec;
import io.xengarden.hypervisor.HypervisorCommand.ListDomains;
import io.xengarden.machine.HostMemory;
import io.xengarden.node.events.EventLog;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.Simulation;
import io.xengarden.sim.SimulationRunner;
import io.xengarden.storage.VbdBackendCommand;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.XenStore;
import io.xengarden.xenstore.XenStoreCommand;
import io.xengarden.xenstore.XenStoreCommand.Batch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Domain 0 beside the real hypervisor and store, with backends that the test makes. */
class Dom0Test {
  private static final String XVDA = "/local/domain/0/backend/vbd/1/51712";

  /** The actors that dom0 lives among. */
  private static final class Bench {
    final List<Vbd> made = new ArrayList<>();
    DomainList domains;
    boolean ready;
    ActorRef<HypervisorCommand> hypervisor;
    ActorRef<XenStoreCommand> store;
    ActorRef<DomainList> lists;
    private ActorRef<BatchResult> batches;
    private final HostMemory memory = HostMemory.ofFrames(8192);

    void start(Simulation simulation, Function<Vbd, Behavior<VbdBackendCommand>> backends) {
      Behavior<Void> root =
          Behaviors.setup(
              context -> {
                hypervisor =
                    context.spawn(
                        Hypervisor.create(new HostResources(memory, 1, 256), simulation::nanos),
                        "hypervisor");
                store = context.spawn(XenStore.create(), "store");
                lists =
                    context.spawnAnonymous(
                        Behaviors.receiveMessage(
                            list -> {
                              domains = list;
                              return Behaviors.same();
                            }));
                batches = context.getSystem().ignoreRef();
                context.spawn(
                    Dom0.create(
                        new Dom0.Environment(
                            hypervisor,
                            store,
                            context.spawn(EventLog.create("host1", () -> Instant.EPOCH), "events"),
                            vbd -> {
                              made.add(vbd);
                              return backends.apply(vbd);
                            },
                            512 << 10,
                            () -> ready = true)),
                    "dom0");
                ActorRef<DomainCreation> nobody = context.getSystem().ignoreRef();
                hypervisor.tell(
                    new CreateDomain(
                        new DomainSpec(new UUID(1, 1), 256, 256, 1, 64, OptionalInt.empty()),
                        nobody));
                return Behaviors.empty();
              });
      ActorSystem<Void> _ = simulation.createSystem(root, "bench");
      simulation.runUntil(() -> ready, Duration.ofSeconds(1));
      simulation.runUntilIdle();
    }

    void write(Simulation simulation, StoreOp... ops) {
      store.tell(new Batch(List.of(ops), batches));
      simulation.runUntilIdle();
    }

    void list(Simulation simulation) {
      hypervisor.tell(new ListDomains(lists));
      simulation.runUntilIdle();
    }
  }

  private static void inSimulation(Consumer<Simulation> story) {
    SimulationRunner.over(Seeds.first(5)).run(story::accept);
  }

  private static Behavior<VbdBackendCommand> idle() {
    return Behaviors.receiveMessage(_ -> Behaviors.same());
  }

  private static Behavior<VbdBackendCommand> failing() {
    return Behaviors.setup(
        context -> {
          context.getSelf().tell(new VbdBackendCommand.Continue());
          return Behaviors.receive(VbdBackendCommand.class)
              .onAnyMessage(
                  _ -> {
                    throw new IllegalStateException("a bug, as asked");
                  })
              .build();
        });
  }

  @Test
  void aDeviceThatAppearsGetsOneBackend() {
    inSimulation(
        simulation -> {
          Bench bench = new Bench();
          bench.start(simulation, _ -> idle());
          bench.write(
              simulation,
              new StoreOp.Write(XVDA + "/frontend", "/local/domain/1/device/vbd/51712"),
              new StoreOp.Write(XVDA + "/state", 1),
              new StoreOp.Write(XVDA + "/params", "/srv/x"));
          bench.write(simulation, new StoreOp.Write(XVDA + "/state", 2));
          bench.write(simulation, new StoreOp.Write(XVDA + "/state", 4));
          assertThat(bench.made).containsExactly(new Vbd(Domid.of(1), 51712));
          bench.memory.close();
        });
  }

  /** Its guest's requests are lost with it: the guest must not go on as if they were not. */
  @Test
  void aBackendThatFailsCrashesItsGuestAndNoOther() {
    inSimulation(
        simulation -> {
          Bench bench = new Bench();
          bench.start(simulation, _ -> failing());
          bench.write(simulation, new StoreOp.Write(XVDA + "/state", 1));
          bench.list(simulation);
          assertThat(bench.domains.domains().getLast().domid()).isEqualTo(Domid.of(1));
          assertThat(bench.domains.domains().getLast().shutdownReason())
              .hasValue(ShutdownReason.CRASH);
          bench.write(
              simulation, new StoreOp.Write("/local/domain/0/backend/vbd/1/51728/state", 1));
          assertThat(bench.made).as("dom0 goes on").hasSize(2);
          bench.memory.close();
        });
  }
}
