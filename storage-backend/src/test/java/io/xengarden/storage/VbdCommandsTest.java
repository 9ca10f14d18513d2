package io.xengarden.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.XenbusState;
import io.xengarden.sim.MailboxOrder;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.Simulation;
import io.xengarden.sim.SimulationRunner;
import io.xengarden.storage.VbdBackendCommand.Close;
import io.xengarden.storage.VbdBackendCommand.Quiesce;
import io.xengarden.storage.VbdBackendCommand.VbdClosed;
import io.xengarden.storage.VbdBackendCommand.VbdQuiesced;
import io.xengarden.storage.sim.SimulatedDisk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Commands that reach a backend in the middle of a step are obeyed after it, in their order. */
class VbdCommandsTest {
  private static final int XVDA = 51712;
  private static final Duration SOON = Duration.ofMillis(50);

  private static void onManyHosts(Consumer<SimHost> story) {
    for (MailboxOrder order : MailboxOrder.values()) {
      SimulationRunner.over(Seeds.first(60))
          .withMailboxes(order)
          .run(
              simulation -> {
                try (SimHost host = new SimHost(simulation)) {
                  story.accept(host);
                }
              });
    }
  }

  @Test
  void aCloseDoesNotOvertakeAQuiesceThatWaitsForTheConnection() {
    onManyHosts(
        host -> {
          host.createDisk("/disk");
          SimVbd vbd = new SimVbd(host, host.createGuest(), XVDA);
          vbd.writeNodes("/disk", "w");
          vbd.offerRing();
          host.start(vbd);
          host.simulation.runUntil(() -> host.backend(vbd.backendPath()) != null, SOON);
          steps(host.simulation, 40);
          assertBothAreAnswered(host, vbd, () -> steps(host.simulation, 40));
        });
  }

  @Test
  void aCloseDoesNotOvertakeAQuiesceThatWaitsForTheDisk() {
    onManyHosts(
        host -> {
          SimulatedDisk disk = host.createDisk("/disk");
          SimVbd vbd = host.attach(host.createGuest(), XVDA, "/disk", "w").connect();
          disk.hold();
          vbd.front.write(0, new byte[512]);
          vbd.push();
          host.run(SOON);
          vbd.moveFrontend(XenbusState.CLOSED);
          assertBothAreAnswered(
              host,
              vbd,
              () -> {
                host.run(SOON);
                disk.release();
                steps(host.simulation, 10);
              });
        });
  }

  private static void assertBothAreAnswered(SimHost host, SimVbd vbd, Runnable between) {
    List<VbdQuiesced> quiesced = new ArrayList<>();
    List<VbdClosed> closed = new ArrayList<>();
    vbd.tell(new Quiesce(host.collect(quiesced::add)));
    between.run();
    vbd.tell(new Close(host.collect(closed::add)));
    host.run(SOON);
    assertThat(quiesced).containsExactly(new VbdQuiesced(vbd.guest.domid(), XVDA));
    assertThat(closed).containsExactly(new VbdClosed(vbd.guest.domid(), XVDA));
    assertThat(vbd.hasEnded()).isTrue();
    assertThat(vbd.backendState()).isEqualTo(XenbusState.CLOSED);
    assertThat(vbd.guest.ram.mappings()).isZero();
  }

  /** At most so many, as the seed picks. */
  private static void steps(Simulation simulation, int most) {
    RandomGenerator random = simulation.random();
    int steps = random.nextInt(most);
    int[] taken = {0};
    BooleanSupplier enough = () -> taken[0]++ >= steps;
    simulation.runUntil(enough, Duration.ZERO);
  }
}
