package io.xengarden.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.XenbusState;
import io.xengarden.machine.GuestMemory;
import io.xengarden.sim.MailboxOrder;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.Simulation;
import io.xengarden.sim.SimulationRunner;
import io.xengarden.storage.VbdBackendCommand.Continue;
import io.xengarden.storage.VbdBackendCommand.Quiesce;
import io.xengarden.storage.VbdBackendCommand.VbdQuiesced;
import io.xengarden.storage.sim.DiskFaults;
import io.xengarden.storage.sim.SimulatedDisk;
import io.xengarden.xenstore.StoreOp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Busy guests on slow disks that fail, over many seeds. */
class VbdStoryTest {
  private static final int XVDA = 51712;
  private static final int REQUESTS = 150;
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private static DiskFaults slowAndFailing(RandomGenerator random) {
    return DiskFaults.none()
        .withDelays(Duration.ZERO, Duration.ofMillis(1 + random.nextInt(20)))
        .withErrorsPerMillion(random.nextInt(100_000));
  }

  @Test
  void everyAnswerIsTrue() {
    SimulationRunner.over(Seeds.first(30)).run(VbdStoryTest::twoGuestsAtWork);
  }

  @Test
  void everyAnswerIsTrueInAnyOrderOfMessages() {
    SimulationRunner.over(Seeds.first(15))
        .withMailboxes(MailboxOrder.PER_SENDER)
        .run(VbdStoryTest::twoGuestsAtWork);
  }

  private static void twoGuestsAtWork(Simulation simulation) {
    try (SimHost host = new SimHost(simulation)) {
      List<Workload> workloads = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        SimVbd vbd = connect(host, "/disk" + i);
        workloads.add(new Workload(vbd, simulation.random("guest" + i), REQUESTS));
      }
      workloads.forEach(Workload::start);
      boolean done =
          simulation.runUntil(() -> workloads.stream().allMatch(Workload::isDone), LIMIT);
      assertThat(done).as("all requests are answered").isTrue();
      for (Workload workload : workloads) {
        assertThat(workload.answered).isEqualTo(REQUESTS);
        simulation.record(workload.failed);
      }
    }
  }

  private static SimVbd connect(SimHost host, String target) {
    SimulatedDisk disk = host.createDisk(target);
    SimVbd vbd = host.attach(host.createGuest(), XVDA, target, "w").connect();
    disk.setFaults(slowAndFailing(host.simulation.random("faults of " + target)));
    return vbd;
  }

  @Test
  void whatAFlushHasAnsweredSurvivesACrash() {
    SimulationRunner.over(Seeds.first(30)).run(VbdStoryTest::crashAtWork);
  }

  private static void crashAtWork(Simulation simulation) {
    try (SimHost host = new SimHost(simulation)) {
      SimVbd vbd = connect(host, "/disk");
      Workload workload = new Workload(vbd, simulation.random("guest"), 10_000);
      workload.start();
      simulation.run(Duration.ofMillis(simulation.random("crash").nextInt(200)));
      host.images.disk("/disk").crash();
      workload.model.assertSurvived(host.images.disk("/disk").read(0, (int) SimHost.DISK_BYTES));
    }
  }

  @Test
  void quiescingAndReconnectingLoseNothing() {
    SimulationRunner.over(Seeds.first(15)).run(VbdStoryTest::interruptedWork);
  }

  private static void interruptedWork(Simulation simulation) {
    RandomGenerator random = simulation.random("interruptions");
    try (SimHost host = new SimHost(simulation)) {
      SimVbd vbd = connect(host, "/disk");
      Workload workload = new Workload(vbd, simulation.random("guest"), 3 * REQUESTS);
      workload.start();
      while (!workload.isDone()) {
        simulation.run(Duration.ofNanos(random.nextInt(20_000_000)));
        if (random.nextBoolean()) {
          quiesceAWhile(host, vbd);
        } else {
          reconnect(vbd, workload);
        }
      }
      assertThat(workload.failed).as("failures are the disk's").isLessThan(workload.answered);
    }
  }

  private static void quiesceAWhile(SimHost host, SimVbd vbd) {
    List<VbdQuiesced> quiesced = new ArrayList<>();
    vbd.tell(new Quiesce(host.collect(quiesced::add)));
    boolean quiet = host.simulation.runUntil(() -> !quiesced.isEmpty(), LIMIT);
    assertThat(quiet).isTrue();
    int mappings = vbd.guest.ram.mappings();
    host.run(Duration.ofMillis(5));
    assertThat(mappings).as("only the ring is mapped").isEqualTo(1);
    assertThat(vbd.guest.ram.mappings()).isEqualTo(1);
    vbd.tell(new Continue());
  }

  /** A driver that is unloaded and loaded again, with requests in its ring. */
  private static void reconnect(SimVbd vbd, Workload workload) {
    vbd.onEvent = () -> {};
    vbd.moveFrontend(XenbusState.CLOSED);
    vbd.awaitBackend(XenbusState.CLOSED);
    vbd.answers.addAll(vbd.front.poll());
    workload.takeLast();
    vbd.freeRing();
    vbd.moveFrontend(XenbusState.INITIALISING);
    vbd.connect();
    workload.start();
  }

  @Test
  void aHostileGuestHarmsNobodyElse() {
    SimulationRunner.over(Seeds.first(15)).run(VbdStoryTest::hostileNeighbour);
  }

  private static void hostileNeighbour(Simulation simulation) {
    RandomGenerator random = simulation.random("hostility");
    try (SimHost host = new SimHost(simulation)) {
      Workload honest = new Workload(connect(host, "/disk"), simulation.random("guest"), REQUESTS);
      SimVbd hostile = connect(host, "/hostile");
      honest.start();
      while (!honest.isDone()) {
        simulation.run(Duration.ofNanos(random.nextInt(10_000_000)));
        harm(host, hostile, random);
      }
      assertThat(honest.answered).isEqualTo(REQUESTS);
      hostile.forceDetach();
      hostile.awaitBackend(XenbusState.CLOSED);
      assertThat(hostile.guest.ram.mappings()).as("nothing of it stays mapped").isZero();
    }
  }

  /** Random bytes where the backend looks: ring, grant table, xenstore, event channel. */
  private static void harm(SimHost host, SimVbd vbd, RandomGenerator random) {
    GuestMemory memory = vbd.guest.ram.memory();
    byte[] bytes = new byte[1 + random.nextInt(256)];
    random.nextBytes(bytes);
    switch (random.nextInt(5)) {
      case 0 -> memory.write(vbd.front.ringAddress() + 64 + random.nextInt(3000), bytes);
      case 1 -> memory.putIntRelease(vbd.front.ringAddress(), random.nextInt(64));
      case 2 -> memory.write(vbd.guest.ram.entry(8 + random.nextInt(32)), bytes);
      case 3 -> {
        String node = List.of("state", "ring-ref", "protocol").get(random.nextInt(3));
        String value = Integer.toString(random.nextInt(10));
        host.write(new StoreOp.Write(vbd.frontendPath() + "/" + node, value));
      }
      default -> vbd.guest.closePort(vbd.port);
    }
    vbd.guest.send(vbd.port);
  }
}
