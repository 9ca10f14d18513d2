package io.xengarden.node.toolstack;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.Domid;
import io.xengarden.domain.Domain;
import io.xengarden.domain.GuestMode;
import io.xengarden.domain.KernelImages;
import io.xengarden.domain.pebble.PebbleImage;
import io.xengarden.node.XenHostCommand.HostActors;
import io.xengarden.node.simulated.SimulatedHost;
import io.xengarden.node.toolstack.BuildOrder.Origin;
import io.xengarden.node.toolstack.ToolstackCommand.BuildEnded;
import io.xengarden.node.toolstack.ToolstackCommand.GuestBuilt;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.Simulation;
import io.xengarden.sim.SimulationRunner;
import io.xengarden.storage.sim.SimulatedImages;
import io.xengarden.xenstore.XenStoreCommand;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** Xenstored's thread is held up in the middle of a building, as on a busy machine. */
class SlowStoreTest {
  private static final Duration HELD_UP = Duration.ofMillis(50);

  /** Pebble stops waiting for xenstore after 10 s; it needs some milliseconds. */
  private static final Duration SOON = Duration.ofSeconds(1);

  private final List<BuildEnded> ended = new ArrayList<>();

  @Test
  void aGuestDoesNotRunBeforeItsRingIsServed() {
    SimulationRunner.over(Seeds.first(5))
        .run(
            simulation -> {
              ended.clear();
              SimulatedHost host = SimulatedHost.start(simulation);
              build(host);
              simulation.run(SOON);
              assertThat(ended).extracting(BuildEnded::error).containsExactly(Optional.empty());
              assertThat(host.node("/local/domain/" + Domid.of(1) + "/control/feature-poweroff"))
                  .as("what a guest writes once xenstore answers it")
                  .contains("1");
            });
  }

  private void build(SimulatedHost host) {
    Simulation simulation = host.simulation();
    HostActors actors = host.actors();
    ActorRef<XenStoreCommand> slow = spawn(host, slow(simulation, actors.store()), "slow-store");
    Services services =
        new Services(
            new Services.Actors(
                actors.hypervisor(),
                slow,
                actors.consoles(),
                actors.events(),
                actors.cluster().ownership()),
            new Services.Inputs(
                simulation::nanos,
                host::now,
                simulation.random("services"),
                new SimulatedImages(simulation::schedule),
                GuestMode.NORMAL),
            "host1");
    BuildOrder order =
        new BuildOrder(
            1,
            plan(simulation),
            host.now(),
            new Origin.Fresh(InitialState.RUNNING),
            Optional.empty());
    spawn(host, DomainBuild.create(services, order, spawn(host, toolstack(), "tools")), "build");
  }

  private static <T> ActorRef<T> spawn(SimulatedHost host, Behavior<T> behavior, String name) {
    return host.system().systemActorOf(behavior, name, Props.empty());
  }

  private static DomainPlan plan(Simulation simulation) {
    try {
      return new ConfigCheck(KernelImages.of(new PebbleImage()), simulation.random("uuid"))
          .check(SimulatedHost.config("web").build());
    } catch (ConfigCheck.Refused refused) {
      throw new AssertionError(refused);
    }
  }

  /** Does with a domain that is built what the toolstack does. */
  private Behavior<ToolstackCommand> toolstack() {
    return Behaviors.receive(
        (context, message) -> {
          switch (message) {
            case GuestBuilt(_, var setup) -> context.spawn(Domain.create(setup), "guest");
            case BuildEnded end -> ended.add(end);
            default -> {}
          }
          return Behaviors.same();
        });
  }

  /** The introduction waits, and so does everything behind it. */
  private static Behavior<XenStoreCommand> slow(
      Simulation simulation, ActorRef<XenStoreCommand> store) {
    return Behaviors.setup(
        _ -> {
          Queue<XenStoreCommand> held = new ArrayDeque<>();
          boolean[] isHeldUp = {false};
          return Behaviors.receiveMessage(
              message -> {
                if (message instanceof XenStoreCommand.Introduce) {
                  isHeldUp[0] = true;
                  simulation.schedule(
                      HELD_UP,
                      () -> {
                        isHeldUp[0] = false;
                        held.forEach(store::tell);
                        held.clear();
                      });
                }
                if (isHeldUp[0]) {
                  held.add(message);
                } else {
                  store.tell(message);
                }
                return Behaviors.same();
              });
        });
  }
}
