package io.xengarden.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.BlkifRing;
import io.xengarden.abi.XenbusState;
import io.xengarden.hypervisor.HypervisorCommand.DestroyDomain;
import io.xengarden.hypervisor.HypervisorCommand.DomainList;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.GetPhysInfo;
import io.xengarden.hypervisor.HypervisorCommand.ListDomains;
import io.xengarden.hypervisor.HypervisorCommand.PhysInfo;
import io.xengarden.hypervisor.evtchn.EventChannels;
import io.xengarden.sim.Simulation;
import io.xengarden.storage.VbdBackendCommand.Close;
import io.xengarden.storage.VbdBackendCommand.Continue;
import io.xengarden.storage.VbdBackendCommand.Quiesce;
import io.xengarden.storage.VbdBackendCommand.VbdClosed;
import io.xengarden.storage.VbdBackendCommand.VbdQuiesced;
import io.xengarden.storage.sim.SimulatedDisk;
import io.xengarden.xenstore.StoreOp.Write;
import io.xengarden.xenstore.XenStoreCommand.DomainGone;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One backend, one frontend, one disk, step by step. */
class VbdBackendTest {
  private static final int XVDA = 51712;
  private static final int XVDB = 51728;
  private static final Duration SOON = Duration.ofMillis(50);

  private SimHost host;
  private SimGuest guest;
  private SimulatedDisk disk;

  @BeforeEach
  void boot() {
    host = new SimHost(new Simulation(1));
    guest = host.createGuest();
    disk = host.createDisk("/disk");
  }

  @AfterEach
  void end() {
    host.close();
  }

  private SimVbd attach() {
    return host.attach(guest, XVDA, "/disk", "w");
  }

  private static byte[] bytes(int sectors, int value) {
    byte[] bytes = new byte[sectors * 512];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  // ---- connecting ----

  @Test
  void waitsForTheFrontendWithTheImageUnopened() {
    SimVbd vbd = attach();
    vbd.awaitBackend(XenbusState.INIT_WAIT);
    assertThat(vbd.backendNode("feature-barrier")).contains("1");
    assertThat(vbd.backendNode("feature-flush-cache")).contains("1");
    assertThat(vbd.backendNode("max-ring-page-order")).contains("0");
    assertThat(vbd.backendNode("sectors")).isEmpty();
    assertThat(disk.openImages()).isZero();
  }

  @Test
  void saysWhatTheDiskIsBeforeItIsConnected() {
    SimVbd vbd = attach().connect();
    assertThat(vbd.backendNode("sectors")).contains("2048");
    assertThat(vbd.backendNode("sector-size")).contains("512");
    assertThat(vbd.backendNode("info")).contains("0");
    assertThat(vbd.backendNode("hotplug-status")).contains("connected");
    assertThat(disk.openImages()).isEqualTo(1);
  }

  @Test
  void aReadOnlyDiskSaysSoAndRefusesWrites() {
    disk.writeProtect();
    SimVbd vbd = host.attach(guest, XVDA, "/disk", "r").connect();
    assertThat(vbd.backendNode("info")).contains(Integer.toString(BlkifRing.VDISK_READONLY));
    assertThat(vbd.write(0, bytes(1, 1)).status()).isEqualTo(BlkifRing.STATUS_ERROR);
    assertThat(vbd.read(0, 1).isOkay()).isTrue();
  }

  @Test
  void dataGoesToTheDiskAndBack() {
    SimVbd vbd = attach().connect();
    assertThat(vbd.write(100, bytes(88, 6)).isOkay()).isTrue();
    assertThat(vbd.read(100, 88).data()).isEqualTo(bytes(88, 6));
    assertThat(disk.read(100 * 512, 88 * 512)).isEqualTo(bytes(88, 6));
    assertThat(vbd.flush().isOkay()).isTrue();
    assertThat(disk.readDurable(100 * 512, 88 * 512)).isEqualTo(bytes(88, 6));
  }

  @Test
  void requestsFromBeforeTheConnectionAreServed() {
    SimVbd vbd = attach();
    vbd.awaitBackend(XenbusState.INIT_WAIT);
    vbd.offerRing();
    vbd.front.read(0, 8);
    vbd.front.push(); // nobody to send the event to yet
    vbd.awaitAnswers(1);
  }

  @Test
  void aMissingImageFailsTheDeviceBeforeTheGuestRuns() {
    SimVbd vbd = host.attach(guest, XVDA, "/nowhere", "w");
    vbd.awaitBackend(XenbusState.CLOSED);
    assertThat(vbd.backendNode("hotplug-status")).contains("error");
    assertThat(vbd.backendNode("hotplug-error")).contains("/nowhere: no such file");
  }

  @Test
  void anImageThatCannotBeOpenedAnyMoreFailsTheDevice() {
    SimVbd vbd = attach();
    vbd.awaitBackend(XenbusState.INIT_WAIT);
    disk.writeProtect();
    vbd.offerRing();
    vbd.awaitBackend(XenbusState.CLOSED);
    assertThat(vbd.backendNode("hotplug-error")).contains("/disk: no permission to write it");
    assertThat(guest.ram.mappings()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''         | 3     | x86_64-abi | ring-ref '' is no number",
        "9x         | 3     | x86_64-abi | ring-ref '9x' is no number",
        "-1         | 3     | x86_64-abi | ring-ref '-1' is no number",
        "4294967296 | 3     | x86_64-abi | ring-ref '4294967296' is no number",
        "4294967295 | 3     | x86_64-abi | mapping ring-ref 4294967295: BAD_GNTREF",
        "400        | 3     | x86_64-abi | mapping ring-ref 400: BAD_GNTREF",
        "8          | x     | x86_64-abi | event-channel 'x' is no number",
        "8          | 0     | x86_64-abi | binding event-channel: EINVAL",
        "8          | 63    | x86_64-abi | binding event-channel: EINVAL",
        "8          | 99999 | x86_64-abi | binding event-channel: EINVAL",
        "8          | 3     | x86_32-abi | protocol 'x86_32-abi' is not x86_64-abi",
      })
  void anOfferThatCannotBeFailsTheDeviceAndLeavesNothing(
      String ringRef, String eventChannel, String protocol, String error) {
    SimVbd vbd = attach();
    vbd.awaitBackend(XenbusState.INIT_WAIT);
    assertThat(guest.ram.grantToDom0(guest.ram.takePage(), 0)).as("a good ring-ref").isEqualTo(8);
    vbd.offer(ringRef, eventChannel, protocol);
    vbd.awaitBackend(XenbusState.CLOSED);
    assertThat(vbd.backendNode("hotplug-error")).contains(error);
    assertThat(guest.ram.mappings()).as("mappings left").isZero();
    assertThat(disk.openImages()).as("images left open").isZero();
  }

  // ---- closing ----

  @Test
  void theToolstackDetachesWithTheFrontendsConsent() {
    SimVbd vbd = attach().connect();
    vbd.detach();
    host.run(SOON);
    assertThat(vbd.backendState()).isEqualTo(XenbusState.CLOSING);
    assertThat(vbd.write(0, bytes(8, 1)).isOkay()).as("served until the guest is done").isTrue();
    vbd.moveFrontend(XenbusState.CLOSING);
    vbd.moveFrontend(XenbusState.CLOSED);
    vbd.awaitBackend(XenbusState.CLOSED);
    assertNothingHeld(vbd);
    vbd.removeNodes();
    host.run(SOON);
    assertThat(vbd.hasEnded()).isTrue();
    assertThat(host.read(vbd.backendPath())).as("nothing comes back").isEmpty();
  }

  private void assertNothingHeld(SimVbd vbd) {
    assertThat(guest.ram.mappings()).as("mappings").isZero();
    assertThat(disk.openImages()).as("open images").isZero();
    assertThat(guest.stateOf(vbd.port)).isNotEqualTo(EventChannels.State.INTERDOMAIN);
  }

  @Test
  void closingWaitsForRequestsInFlight() {
    SimVbd vbd = attach().connect();
    disk.hold();
    vbd.front.write(0, bytes(8, 1));
    vbd.push();
    host.run(SOON);
    vbd.moveFrontend(XenbusState.CLOSED);
    host.run(SOON);
    assertThat(vbd.backendState()).isEqualTo(XenbusState.CLOSING);
    disk.release();
    vbd.awaitBackend(XenbusState.CLOSED);
    vbd.awaitAnswers(1);
    assertThat(disk.read(0, 4096)).isEqualTo(bytes(8, 1));
    assertNothingHeld(vbd);
  }

  @Test
  void closingDoesNotWaitForEverAndKeepsMappedWhatTheDiskStillUses() {
    SimVbd vbd = attach().connect();
    disk.hold();
    vbd.front.read(0, 16);
    vbd.push();
    host.run(SOON);
    vbd.moveFrontend(XenbusState.CLOSED);
    host.run(VbdBackend.DRAIN_LIMIT.minusSeconds(1));
    assertThat(vbd.backendState()).isEqualTo(XenbusState.CLOSING);
    host.run(Duration.ofSeconds(2));
    assertThat(vbd.backendState()).isEqualTo(XenbusState.CLOSED);
    assertThat(guest.ram.mappings()).as("two pages of the read").isEqualTo(2);
    disk.release();
    host.run(SOON);
    assertNothingHeld(vbd);
  }

  @Test
  void aFrontendThatClosedMayConnectAgain() {
    SimVbd vbd = attach().connect();
    vbd.write(0, bytes(8, 1));
    for (int i = 0; i < 3; i++) {
      vbd.moveFrontend(XenbusState.CLOSING);
      host.run(SOON);
      assertThat(vbd.backendState()).isEqualTo(XenbusState.CLOSING);
      vbd.moveFrontend(XenbusState.CLOSED);
      vbd.awaitBackend(XenbusState.CLOSED);
      assertNothingHeld(vbd);
      vbd.freeRing();
      vbd.moveFrontend(XenbusState.INITIALISING);
      vbd.connect();
      assertThat(vbd.read(0, 8).data()).isEqualTo(bytes(8, 1));
    }
  }

  @Test
  void aDetachedDeviceIsNotConnectedAgain() {
    SimVbd vbd = attach();
    vbd.awaitBackend(XenbusState.INIT_WAIT);
    vbd.detach();
    vbd.awaitBackend(XenbusState.CLOSED);
    vbd.offerRing();
    host.run(SOON);
    assertThat(vbd.backendState()).isEqualTo(XenbusState.CLOSED);
  }

  @Test
  void aDeviceThatHasFailedOrClosedCanStillBeDetached() {
    SimVbd failed = host.attach(guest, XVDB, "/nowhere", "w");
    SimVbd closed = attach().connect();
    failed.awaitBackend(XenbusState.CLOSED);
    closed.moveFrontend(XenbusState.CLOSED);
    closed.awaitBackend(XenbusState.CLOSED);
    failed.detach();
    closed.detach();
    failed.awaitBackend(XenbusState.CLOSED);
    closed.awaitBackend(XenbusState.CLOSED);
  }

  @Test
  void aForcedDetachDoesNotAskTheFrontend() {
    SimVbd vbd = attach().connect();
    disk.hold();
    vbd.front.write(0, bytes(88, 1));
    vbd.push();
    host.run(SOON);
    vbd.forceDetach();
    host.run(SOON);
    assertThat(vbd.backendState()).isEqualTo(XenbusState.CLOSING);
    disk.release();
    vbd.awaitBackend(XenbusState.CLOSED);
    assertNothingHeld(vbd);
  }

  @Test
  void removedNodesEndTheBackendInEveryState() {
    List<SimVbd> vbds = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      host.createDisk("/disk" + i);
      vbds.add(host.attach(guest, XVDA + i * 16, "/disk" + i, "w"));
    }
    vbds.get(0).removeNodes(); // Checking
    vbds.get(1).awaitBackend(XenbusState.INIT_WAIT);
    vbds.get(2).connect();
    vbds.get(3).connect();
    vbds.get(3).moveFrontend(XenbusState.CLOSED);
    vbds.get(3).awaitBackend(XenbusState.CLOSED);
    vbds.forEach(SimVbd::removeNodes);
    host.run(SOON);
    assertThat(vbds).allMatch(SimVbd::hasEnded);
    assertThat(guest.ram.mappings()).isZero();
    assertThat(host.read("/local/domain/0/backend/vbd/" + guest.domid()))
        .as("the toolstack's directory, and nothing in it")
        .contains("");
    vbds.forEach(vbd -> assertThat(host.read(vbd.backendPath())).isEmpty());
  }

  @Test
  void aDomainIsDestroyedWithRequestsInFlight() {
    long free = freePages() + guest.xen.pages();
    SimVbd vbd = attach().connect();
    disk.hold();
    vbd.front.read(0, 88);
    vbd.front.write(100, bytes(88, 1));
    vbd.push();
    host.run(SOON);
    List<DomctlReply> destroyed = new ArrayList<>();
    host.hypervisor.tell(new DestroyDomain(guest.domid(), host.collect(destroyed::add)));
    host.store.tell(new DomainGone(guest.domid())); // takes the frontend's nodes with it
    host.run(SOON);
    assertThat(destroyed).as("the disk still uses its pages").isEmpty();
    disk.release();
    host.run(SOON);
    assertThat(destroyed).hasSize(1);
    assertThat(vbd.backendState()).isEqualTo(XenbusState.CLOSED);
    assertThat(freePages()).as("all its pages are free").isGreaterThanOrEqualTo(free);
    assertThat(disk.openImages()).isZero();
  }

  private long freePages() {
    return host.<PhysInfo>ask(replyTo -> host.hypervisor.tell(new GetPhysInfo(replyTo)))
        .freePages();
  }

  @Test
  void aDomainIsDestroyedThoughTheDiskNeverAnswers() {
    SimVbd vbd = attach().connect();
    disk.hold();
    vbd.front.write(0, bytes(88, 1));
    vbd.push();
    host.run(SOON);
    vbd.forceDetach();
    vbd.awaitBackend(XenbusState.CLOSED);
    vbd.removeNodes();
    host.run(SOON);
    assertThat(vbd.hasEnded()).as("its backend is gone before the disk answers").isTrue();
    List<DomctlReply> destroyed = new ArrayList<>();
    host.hypervisor.tell(new DestroyDomain(guest.domid(), host.collect(destroyed::add)));
    host.run(SOON);
    assertThat(destroyed).as("dying, as on Xen, while its pages are in use").isEmpty();
    disk.release();
    host.run(SOON);
    assertThat(destroyed).hasSize(1);
  }

  // ---- commands ----

  @Test
  void quiescingFinishesWhatIsUnderWayAndTakesNothing() {
    SimVbd vbd = attach().connect();
    disk.hold();
    vbd.front.write(0, bytes(8, 1));
    vbd.push();
    host.run(SOON);
    List<VbdQuiesced> quiesced = new ArrayList<>();
    vbd.tell(new Quiesce(host.collect(quiesced::add)));
    vbd.tell(new Quiesce(host.collect(quiesced::add)));
    vbd.front.write(8, bytes(8, 2));
    vbd.push();
    host.run(SOON);
    assertThat(quiesced).as("one is under way").isEmpty();
    disk.release();
    host.run(SOON);
    assertThat(quiesced).hasSize(2);
    assertThat(disk.read(0, 4096)).isEqualTo(bytes(8, 1));
    assertThat(disk.read(4096, 4096)).as("not taken").isEqualTo(bytes(8, 0));
    assertThat(vbd.answers).hasSize(1);
    assertThat(vbd.backendState()).isEqualTo(XenbusState.CONNECTED);
    vbd.tell(new Continue());
    vbd.awaitAnswers(2);
    assertThat(disk.read(4096, 4096)).isEqualTo(bytes(8, 2));
  }

  @Test
  void continuingMayComeBeforeItIsQuiet() {
    SimVbd vbd = attach().connect();
    disk.hold();
    vbd.front.write(0, bytes(8, 1));
    vbd.push();
    host.run(SOON);
    List<VbdQuiesced> quiesced = new ArrayList<>();
    vbd.tell(new Quiesce(host.collect(quiesced::add)));
    vbd.tell(new Continue());
    disk.release();
    vbd.awaitAnswers(1);
    assertThat(vbd.read(0, 8).data()).isEqualTo(bytes(8, 1));
    assertThat(quiesced).isEmpty();
  }

  @Test
  void aQuiescedBackendIsClosedWithoutItsFrontend() {
    SimVbd vbd = attach().connect();
    List<VbdQuiesced> quiesced = new ArrayList<>();
    List<VbdClosed> closed = new ArrayList<>();
    vbd.tell(new Quiesce(host.collect(quiesced::add)));
    host.run(SOON);
    assertThat(quiesced).hasSize(1);
    vbd.front.write(0, bytes(8, 1));
    vbd.push();
    vbd.tell(new Close(host.collect(closed::add)));
    host.run(SOON);
    assertThat(closed).containsExactly(new VbdClosed(guest.domid(), XVDA));
    assertThat(vbd.hasEnded()).isTrue();
    assertThat(vbd.backendState()).isEqualTo(XenbusState.CLOSED);
    assertThat(disk.read(0, 4096)).as("not taken").isEqualTo(bytes(8, 0));
    assertNothingHeld(vbd);
  }

  @Test
  void commandsAreObeyedWheneverTheyCome() {
    for (int micros = 0; micros < 3_000; micros += 37) {
      String target = "/disk-" + micros;
      host.createDisk(target);
      SimVbd vbd = host.attach(guest, XVDB, target, "w");
      host.run(Duration.ofNanos(micros * 500L));
      vbd.offerRing();
      host.run(Duration.ofNanos(micros * 500L));
      List<VbdQuiesced> quiesced = new ArrayList<>();
      List<VbdClosed> closed = new ArrayList<>();
      vbd.tell(new Quiesce(host.collect(quiesced::add)));
      vbd.tell(new Continue());
      vbd.tell(new Quiesce(host.collect(quiesced::add)));
      vbd.tell(new Close(host.collect(closed::add)));
      host.run(SOON);
      assertThat(closed).as("after %s us", micros).hasSize(1);
      assertThat(quiesced).as("after %s us", micros).isNotEmpty();
      assertThat(vbd.hasEnded()).isTrue();
      assertThat(guest.ram.mappings()).isZero();
      vbd.removeNodes();
      vbd.freeRing();
    }
  }

  // ---- hostile guests ----

  @Test
  void aSpoiltRingEndsItsDeviceAndNoOther() {
    host.createDisk("/other");
    SimVbd bad = attach().connect();
    SimVbd good = host.attach(guest, XVDB, "/other", "w").connect();
    guest.ram.memory().putIntRelease(bad.front.ringAddress(), 1_000_000);
    guest.send(bad.port);
    bad.awaitBackend(XenbusState.CLOSED);
    assertThat(bad.backendNode("hotplug-status")).contains("error");
    assertThat(bad.backendNode("hotplug-error").orElseThrow()).startsWith("ring: ");
    assertThat(disk.openImages()).isZero();
    assertThat(good.write(0, bytes(8, 4)).isOkay()).isTrue();
    bad.moveFrontend(XenbusState.INITIALISING);
    host.run(SOON);
    assertThat(bad.backendState()).as("for good").isEqualTo(XenbusState.CLOSED);
    bad.removeNodes();
    host.run(SOON);
    assertThat(bad.hasEnded()).isTrue();
  }

  @Test
  void nonsenseInTheFrontendsStateIsAFrontendThatIsGone() {
    SimVbd vbd = attach().connect();
    host.write(new Write(vbd.frontendPath() + "/state", "connected, I promise"));
    vbd.awaitBackend(XenbusState.CLOSED);
    assertNothingHeld(vbd);
  }

  @Test
  void dom0SpendsTimeOnRequests() {
    long before = dom0TimeNs();
    SimVbd vbd = attach().connect();
    for (int i = 0; i < 300; i++) {
      vbd.read(i, 1);
    }
    host.run(SOON);
    assertThat(dom0TimeNs() - before).isBetween(500_000L, 3_000_000L);
  }

  private long dom0TimeNs() {
    return host.<DomainList>ask(replyTo -> host.hypervisor.tell(new ListDomains(replyTo)))
        .domains()
        .getFirst()
        .cpuTimeNs();
  }
}
