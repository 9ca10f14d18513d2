package io.xengarden.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.hypervisor.HypervisorCommand.DestroyDomain;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.machine.Memory;
import io.xengarden.network.BridgesCommand.DisownDomain;
import io.xengarden.network.VifBackendCommand.Close;
import io.xengarden.network.VifBackendCommand.Continue;
import io.xengarden.network.VifBackendCommand.Quiesce;
import io.xengarden.network.VifBackendCommand.VifClosed;
import io.xengarden.network.VifBackendCommand.VifQuiesced;
import io.xengarden.network.netback.Backlog;
import io.xengarden.sim.MailboxOrder;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.SimulationRunner;
import io.xengarden.xenstore.StoreOp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VifBackendTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private static void onHost(Consumer<SimHost> story) {
    SimulationRunner.over(Seeds.first(5))
        .run(
            sim -> {
              try (SimHost host = new SimHost(sim, "host1", OverlayLink.none())) {
                story.accept(host);
              }
            });
  }

  @Test
  void offersNoMoreThanItDoes() {
    onHost(
        host -> {
          SimGuest guest = host.guest(1, 1);
          assertThat(guest.backendState()).isEqualTo("2");
          assertThat(host.read(guest.backendPath + "/feature-rx-copy")).isEqualTo("1");
          assertThat(host.read(guest.backendPath + "/feature-rx-flip")).isEqualTo("0");
          assertThat(host.read(guest.backendPath + "/feature-sg")).isEqualTo("0");
          assertThat(host.read(guest.backendPath + "/feature-gso-tcpv4")).isEqualTo("0");
          assertThat(host.read(guest.backendPath + "/feature-no-csum-offload")).isEqualTo("1");
          assertThat(host.read(guest.backendPath + "/hotplug-status")).isEqualTo("connected");
        });
  }

  @Test
  void twoGuestsExchangeFramesBothWaysUnderLoad() {
    onHost(
        host -> {
          List<SimGuest> guests = List.of(host.connectedGuest(1), host.connectedGuest(2));
          guests.forEach(SimGuest::announce);
          List<byte[]> sent = exchange(host, guests, 400);
          for (SimGuest guest : guests) {
            List<byte[]> others = guest.net.received.stream().filter(Frames::isNumbered).toList();
            assertThat(others)
                .as("every frame, whole, in its order")
                .containsExactlyElementsOf(sent(sent, guest));
            assertThat(guest.counters().rxDropped()).isZero();
            assertThat(guest.counters().txPackets()).isEqualTo(401);
          }
          assertThat(host.counters().forwarded()).isEqualTo(800);
        });
  }

  private static List<byte[]> sent(List<byte[]> all, SimGuest to) {
    return all.stream().filter(each -> Frame.of(each).destination() == to.mac().value()).toList();
  }

  /** Each sends to the other as fast as its ring takes it. */
  private static List<byte[]> exchange(SimHost host, List<SimGuest> guests, int count) {
    List<byte[]> sent = new ArrayList<>();
    int[] next = new int[guests.size()];
    while (IntStream.of(next).anyMatch(each -> each < count)) {
      for (int i = 0; i < next.length; i++) {
        SimGuest from = guests.get(i);
        List<byte[]> burst = new ArrayList<>();
        int room = Math.min(from.net.freeTxSlots(), count - next[i]);
        for (int n = host.sim.random().nextInt(room + 1); n > 0; n--) {
          burst.add(
              Frames.numbered(from.mac(), guests.get(1 - i).mac(), next[i]++, host.sim.random()));
        }
        sent.addAll(burst);
        from.net.sendAll(burst);
      }
      int steps = host.sim.random().nextInt(20);
      host.sim.runUntil(counting(steps), Duration.ZERO);
    }
    host.sim.runUntilIdle();
    return sent;
  }

  private static BooleanSupplier counting(int steps) {
    int[] left = {steps};
    return () -> left[0]-- <= 0;
  }

  @Test
  void aMissingBridgeIsSaidAsTheScriptSaysIt() {
    onHost(
        host -> {
          SimGuest guest = new SimGuest(host, SimGuest.Device.of(1).with("bridge", "xenbr7"));
          guest.attach();
          assertThat(guest.backendState()).isEqualTo("6");
          assertThat(guest.hotplugError()).isEqualTo("Could not find bridge device xenbr7");
          assertThat(host.read(guest.backendPath + "/hotplug-status")).isEqualTo("error");
        });
  }

  @Test
  void nodesThatCannotBeAreRefused() {
    onHost(
        host -> {
          refused(host, SimGuest.Device.of(1).with("mtu", "9001"), "mtu 9001 is not in 68..9000");
          refused(host, SimGuest.Device.of(2).with("mtu", "x"), "mtu 'x' is no number");
          refused(
              host,
              SimGuest.Device.of(3).with("rate", "fast"),
              "rate 'fast' is not BYTES,MICROSECONDS");
        });
  }

  private static void refused(SimHost host, SimGuest.Device device, String why) {
    SimGuest guest = new SimGuest(host, device);
    guest.attach();
    assertThat(guest.backendState()).isEqualTo("6");
    assertThat(guest.hotplugError()).isEqualTo(why);
  }

  @Test
  void offersThatCannotBeAreRefusedAndHoldNothing() {
    Map<String, String> bad =
        new TreeMap<>(
            Map.of(
                "tx-ring-ref", "mapping tx-ring-ref 77: BAD_GNTREF",
                "rx-ring-ref", "mapping rx-ring-ref 77: BAD_GNTREF",
                "event-channel", "binding event-channel: EINVAL",
                "request-rx-copy", "the frontend does not set request-rx-copy"));
    onHost(
        host -> {
          int number = 1;
          for (Map.Entry<String, String> each : bad.entrySet()) {
            SimGuest guest = host.guest(number++, 1);
            Map<String, String> offer = guest.offer();
            offer.put(each.getKey(), "77");
            guest.connect(offer);
            assertThat(guest.backendState()).isEqualTo("6");
            assertThat(guest.hotplugError()).isEqualTo(each.getValue());
            assertThat(guest.xen.grants().activeMappings()).isZero();
          }
        });
  }

  @Test
  void closingWithFramesInFlightLetsGoOfEverythingAndTheFrontendMayStartOver() {
    onHost(
        host -> {
          SimGuest one = host.connectedGuest(1);
          SimGuest two = host.connectedGuest(2);
          two.announce();
          one.net.sendAll(burst(one, two, 0, 100));
          two.setState(5);
          assertThat(two.backendState()).isEqualTo("5");
          one.net.sendAll(burst(one, two, 100, 100));
          two.setState(6);
          assertThat(two.backendState()).isEqualTo("6");
          assertThat(two.net.ringsAreFree()).isTrue();
          assertThat(two.xen.grants().activeMappings()).isZero();
          assertThat(two.numbersReceived())
              .as("what came before the end, in its order")
              .containsExactlyElementsOf(numbers(two.numbersReceived().size()));
          assertThat(one.net.txStatuses).as("the sender is not held up").hasSize(200);

          two.closePort();
          two.net.init();
          two.net.received.clear();
          two.setState(1);
          assertThat(two.backendState()).isEqualTo("2");
          two.connect();
          two.announce();
          one.send(one.frameTo(two, 7));
          assertThat(two.numbersReceived()).containsExactly(7);
        });
  }

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private static List<byte[]> burst(SimGuest from, SimGuest to, int first, int count) {
    return IntStream.range(first, first + count)
        .mapToObj(number -> from.frameTo(to, number))
        .toList();
  }

  @Test
  void aQuietBackendTouchesNoPageAndContinuesWithWhatCame() {
    onHost(
        host -> {
          SimGuest one = host.connectedGuest(1);
          SimGuest two = host.connectedGuest(2);
          two.announce();
          assertThat(host.<VifBackendCommand, VifQuiesced>ask(two.backend, Quiesce::new))
              .isEqualTo(new VifQuiesced(two.domid(), 0));
          two.net.sendAll(burst(two, one, 50, 3));
          one.net.sendAll(burst(one, two, 0, 10));
          host.sim.run(SOON);
          assertThat(two.net.received).isEmpty();
          assertThat(two.net.txStatuses).as("the announcement's only").hasSize(1);
          assertThat(two.backendState()).isEqualTo("4");

          two.backend.tell(new Continue());
          host.sim.runUntilIdle();
          assertThat(two.numbersReceived()).hasSize(10).isSorted();
          assertThat(one.numbersReceived()).contains(50, 51, 52);
        });
  }

  @Test
  void closeNeedsNoFrontend() {
    onHost(
        host -> {
          SimGuest guest = host.connectedGuest(1);
          assertThat(host.<VifBackendCommand, VifClosed>ask(guest.backend, Close::new))
              .isEqualTo(new VifClosed(guest.domid(), 0));
          host.sim.runUntilIdle();
          assertThat(guest.ended).isTrue();
          assertThat(guest.backendState()).isEqualTo("6");
          assertThat(guest.xen.grants().activeMappings()).isZero();
          assertThat(host.bridge().ports()).isZero();
        });
  }

  @Test
  void aRemovedNodeEndsItAndNothingOfTheNodeComesBack() {
    onHost(
        host -> {
          SimGuest guest = host.connectedGuest(1);
          host.batch(List.of(new StoreOp.Remove(guest.backendPath)));
          host.sim.runUntilIdle();
          assertThat(guest.ended).isTrue();
          assertThat(guest.xen.grants().activeMappings()).isZero();
          assertThat(host.read(guest.backendPath + "/state")).isNull();
          assertThat(host.bridge().ports()).isZero();
        });
  }

  @Test
  void aDeadDomainHoldsNobodyUp() {
    onHost(
        host -> {
          SimGuest one = host.connectedGuest(1);
          SimGuest two = host.connectedGuest(2);
          SimGuest three = host.connectedGuest(3);
          two.announce();
          three.announce();
          one.net.sendAll(burst(one, two, 0, 50));
          List<DomctlReply> answers = new ArrayList<>();
          host.hypervisor.tell(new DestroyDomain(two.domid(), host.probe(answers)));
          host.sim.run(SOON);
          one.net.sendAll(burst(one, two, 50, 50));
          one.send(one.frameTo(three, 7));
          assertThat(three.numbersReceived()).contains(7);
          assertThat(answers).as("its rings are still mapped").isEmpty();

          host.batch(
              List.of(new StoreOp.Remove(two.frontendPath), new StoreOp.Remove(two.backendPath)));
          host.sim.runUntilIdle();
          assertThat(two.ended).isTrue();
          assertThat(answers).as("the domain's frames are free").hasSize(1);
        });
  }

  @Test
  void aGuestThatGivesNoRoomLosesItsFramesAndHoldsNobodyUp() {
    onHost(
        host -> {
          SimGuest one = host.connectedGuest(1);
          SimGuest two = host.guest(2, 1);
          two.connect(two.offer()); // and offers nothing
          SimGuest three = host.connectedGuest(3);
          two.announce();
          three.announce();
          for (int round = 0; round < 10; round++) {
            one.net.sendAll(burst(one, two, 100 * round, 100));
            one.net.sendAll(burst(one, three, 100 * round, 100));
            host.sim.runUntilIdle();
          }
          assertThat(three.numbersReceived()).containsExactlyElementsOf(numbers(1_000));
          assertThat(two.net.received).isEmpty();
          assertThat(two.counters().rxDropped())
              .as("all but what may wait, and the one taken from there")
              .isEqualTo(1_000 + 1 - Backlog.MAX_FRAMES - 1);

          two.net.offer(256);
          host.sim.runUntilIdle();
          assertThat(two.net.received).as("what has waited").hasSize(Backlog.MAX_FRAMES + 1);
        });
  }

  @Test
  void pagesThatCannotBeWrittenAreAnsweredWithAnError() {
    onHost(
        host -> {
          SimGuest one = host.connectedGuest(1);
          SimGuest two = host.guest(2, 1);
          two.connect(two.offer());
          two.announce();
          two.net.offersAgain = false;
          two.net.offerUngranted(2);
          two.net.offer(1);
          one.net.sendAll(burst(one, two, 0, 3));
          host.sim.runUntilIdle();
          assertThat(two.net.rxErrors).isEqualTo(2);
          assertThat(two.numbersReceived()).containsExactly(2);
          assertThat(two.counters().rxErrors()).isEqualTo(2);
        });
  }

  @Test
  void theRateLimitsWhatAGuestSends() {
    onHost(
        host -> {
          SimGuest one =
              new SimGuest(host, SimGuest.Device.of(1).with("rate", "10000,50000")); // 200 kB/s
          host.own(one.uuid(), 1);
          one.attach();
          one.connect();
          SimGuest two = host.connectedGuest(2);
          two.announce();
          List<byte[]> frames =
              IntStream.range(0, 200)
                  .mapToObj(number -> Frames.numbered(one.mac(), two.mac(), number, 1_000))
                  .toList();
          one.net.sendAll(frames);
          host.sim.runUntilIdle();
          assertThat(two.net.received).as("one interval's worth at once").hasSize(10);
          host.sim.run(Duration.ofMillis(499));
          assertThat(two.net.received).hasSize(100);
          host.sim.run(Duration.ofMillis(501));
          assertThat(two.net.received).as("nothing is lost").hasSize(200);
          assertThat(two.numbersReceived()).isSorted();
        });
  }

  @Test
  void aBrokenRingEndsItsOwnConnectionOnly() {
    onHost(
        host -> {
          SimGuest one = host.connectedGuest(1);
          SimGuest two = host.connectedGuest(2);
          SimGuest three = host.connectedGuest(3);
          three.announce();
          one.net.memory().putInt(0, 1_000_000); // req_prod of the transmit ring
          one.net.ring();
          host.sim.runUntilIdle();
          assertThat(one.backendState()).isEqualTo("6");
          assertThat(one.hotplugError()).startsWith("ring: producer is 1000000 ahead");
          assertThat(one.xen.grants().activeMappings()).isZero();
          two.send(two.frameTo(three, 7));
          assertThat(three.numbersReceived()).containsExactly(7);
        });
  }

  @Test
  void jumboFramesReachThoseWhoTakeThemInPieces() {
    onHost(
        host -> {
          List<SimGuest> guests = new ArrayList<>();
          for (int number = 1; number <= 3; number++) {
            SimGuest guest = new SimGuest(host, SimGuest.Device.of(number).with("mtu", "9000"));
            host.own(guest.uuid(), 1);
            guest.attach();
            Map<String, String> offer = guest.offer();
            offer.put("feature-sg", number == 3 ? "0" : "1");
            guest.connect(offer);
            guest.net.offer(256);
            guest.announce();
            guests.add(guest);
          }
          SimGuest one = guests.get(0);
          byte[] jumbo = Frames.numbered(one.mac(), guests.get(1).mac(), 1, 9_014);
          one.send(jumbo);
          one.send(Frames.numbered(one.mac(), guests.get(2).mac(), 2, 9_014));
          one.send(Frames.numbered(one.mac(), guests.get(2).mac(), 3, 4_096));
          assertThat(guests.get(1).net.received.getLast()).isEqualTo(jumbo);
          assertThat(guests.get(2).numbersReceived()).contains(3).doesNotContain(2);
          assertThat(guests.get(2).counters().rxDropped()).isEqualTo(1);
        });
  }

  @Test
  void aDomainThatThisHostDoesNotOwnIsNotHeard() {
    onHost(
        host -> {
          SimGuest one = host.connectedGuest(1);
          SimGuest two = host.connectedGuest(2);
          host.bridges.tell(new DisownDomain(one.uuid()));
          host.sim.runUntilIdle();
          one.send(one.frameTo(two, 1));
          assertThat(two.net.received).isEmpty();
          assertThat(host.counters().notOwned()).isEqualTo(1);
          host.own(one.uuid(), 2);
          one.send(one.frameTo(two, 2));
          assertThat(two.numbersReceived()).containsExactly(2);
        });
  }

  @Test
  void aGuestThatScribblesOverItsRingsHarmsNobody() {
    onHost(
        host -> {
          SimGuest bad = host.connectedGuest(1);
          bad.listens = false;
          List<SimGuest> others = List.of(host.connectedGuest(2), host.connectedGuest(3));
          others.forEach(SimGuest::announce);
          byte[] noise = new byte[2 * Memory.PAGE_SIZE];
          for (int round = 0; round < 20; round++) {
            host.sim.random().nextBytes(noise);
            bad.net.memory().write(0, noise);
            bad.net.ring();
            exchange(host, others, 10);
          }
          assertThat(others.get(0).numbersReceived()).hasSize(200);
          assertThat(others.get(1).numbersReceived()).hasSize(200);
          assertThat(bad.backendState()).as("served no more").isEqualTo("6");
          assertThat(bad.xen.grants().activeMappings()).isZero();
        });
  }

  /** Whatever step of the handshake they meet. */
  @Test
  void commandsThatComeWhileItConnectsAreObeyedAfterwards() {
    SimulationRunner.over(Seeds.first(40))
        .withMailboxes(MailboxOrder.PER_SENDER)
        .run(
            sim -> {
              try (SimHost host = new SimHost(sim, "host1", OverlayLink.none())) {
                SimGuest guest = new SimGuest(host, SimGuest.Device.of(1));
                host.own(guest.uuid(), 1);
                guest.start();
                guest.offerAtOnce();
                host.sim.runUntil(counting(host.sim.random().nextInt(60)), Duration.ZERO);
                List<VifQuiesced> quiesced = new ArrayList<>();
                List<VifClosed> closed = new ArrayList<>();
                guest.backend.tell(new Quiesce(host.probe(quiesced)));
                guest.backend.tell(new Continue());
                guest.backend.tell(new Close(host.probe(closed)));
                host.sim.runUntilIdle();
                assertThat(quiesced).hasSize(1);
                assertThat(closed).hasSize(1);
                assertThat(guest.ended).isTrue();
                assertThat(guest.xen.grants().activeMappings()).isZero();
                assertThat(host.bridge().ports()).isZero();
                assertThat(guest.backendState()).isEqualTo("6");
              }
            });
  }
}
