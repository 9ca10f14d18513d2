package io.xengarden.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.network.BridgesCommand.DisownDomain;
import io.xengarden.network.BridgesCommand.EpochSeen;
import io.xengarden.network.sim.LinkFaults;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.SimulationRunner;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Bridges of several hosts, tied together by the overlay. */
class OverlayTest {
  private static final Duration SOON = Duration.ofSeconds(2);

  private static void onHosts(int count, Consumer<SimCluster> story) {
    SimulationRunner.over(Seeds.first(10))
        .run(
            sim -> {
              try (SimCluster cluster = new SimCluster(sim, count)) {
                story.accept(cluster);
              }
            });
  }

  private static List<byte[]> burst(SimGuest from, SimGuest to, int first, int count) {
    return IntStream.range(first, first + count)
        .mapToObj(number -> from.frameTo(to, number))
        .toList();
  }

  private static List<Integer> numbers(int from, int count) {
    return IntStream.range(from, from + count).boxed().toList();
  }

  @Test
  void framesCrossBetweenHostsWholeAndInOrder() {
    onHosts(
        2,
        cluster -> {
          cluster.overlay.setFaults(
              LinkFaults.none().withDelay(Duration.ofMillis(1), Duration.ofMillis(1)));
          SimGuest one = cluster.host(1).connectedGuest(1);
          SimGuest two = cluster.host(2).connectedGuest(2);
          one.net.sendAll(burst(one, two, 0, 100));
          two.net.sendAll(burst(two, one, 0, 100));
          cluster.sim.run(SOON);
          assertThat(two.net.received).containsExactlyElementsOf(burst(one, two, 0, 100));
          assertThat(one.net.received).containsExactlyElementsOf(burst(two, one, 0, 100));
        });
  }

  @Test
  void whatALossyNetworkDeliversIsWhole() {
    onHosts(
        2,
        cluster -> {
          SimGuest one = cluster.host(1).connectedGuest(1);
          SimGuest two = cluster.host(2).connectedGuest(2);
          one.announce();
          two.announce();
          cluster.sim.run(SOON);
          cluster.overlay.setFaults(
              LinkFaults.none()
                  .withDelay(Duration.ZERO, Duration.ofMillis(20))
                  .withLoss(200_000)
                  .withRepeats(50_000));
          for (int round = 0; round < 5; round++) {
            one.net.sendAll(burst(one, two, 100 * round, 100));
            two.net.sendAll(burst(two, one, 100 * round, 100));
            cluster.sim.run(Duration.ofMillis(30));
          }
          for (SimGuest guest : List.of(one, two)) {
            SimGuest other = guest == one ? two : one;
            List<Integer> numbers = guest.numbersReceived();
            assertThat(new TreeSet<>(numbers).size()).as("most of 500").isBetween(340, 460);
            assertThat(numbers).as("some twice, some overtaken").isNotEqualTo(numbers(0, 500));
            for (byte[] frame : guest.net.received) {
              assertThat(frame).isEqualTo(frame(other, guest, frame));
            }
          }
          assertThat(cluster.overlay.lost()).isPositive();
        });
  }

  /** What the frame must be, to say that number; announcements are taken as they are. */
  private static byte[] frame(SimGuest from, SimGuest to, byte[] received) {
    return Frames.isNumbered(received) ? from.frameTo(to, Frames.number(received)) : received;
  }

  @Test
  void aBroadcastReachesEveryoneOnce() {
    onHosts(
        3,
        cluster -> {
          List<SimGuest> guests =
              IntStream.rangeClosed(1, 6)
                  .mapToObj(number -> cluster.host(1 + number % 3).connectedGuest(number))
                  .toList();
          SimGuest from = guests.getFirst();
          from.send(Frames.numbered(from.mac(), Frames.BROADCAST, 7, 60));
          cluster.sim.run(SOON);
          for (SimGuest guest : guests) {
            assertThat(guest.numbersReceived()).isEqualTo(guest == from ? List.of() : List.of(7));
          }
        });
  }

  @Test
  void aKnownAddressIsReachedThroughItsHostOnly() {
    onHosts(
        3,
        cluster -> {
          SimGuest one = cluster.host(1).connectedGuest(1);
          SimGuest two = cluster.host(2).connectedGuest(2);
          SimGuest three = cluster.host(3).connectedGuest(3);
          two.announce();
          cluster.sim.run(SOON);
          one.send(one.frameTo(two, 7));
          cluster.sim.run(SOON);
          assertThat(two.numbersReceived()).containsExactly(7);
          assertThat(three.numbersReceived()).isEmpty();
          assertThat(cluster.host(3).counters().flooded()).as("the announcement only").isEqualTo(1);
        });
  }

  @Test
  void twoBridgesOfOneNameAreOneSegmentAndOthersAreNot() {
    onHosts(
        2,
        cluster -> {
          SimGuest one = cluster.host(1).connectedGuest(1);
          SimGuest two =
              new SimGuest(cluster.host(2), SimGuest.Device.of(2).with("bridge", "xenbr1"));
          cluster.host(2).own(two.uuid(), 1);
          two.attach();
          two.connect();
          one.send(Frames.numbered(one.mac(), Frames.BROADCAST, 7, 60));
          cluster.sim.run(SOON);
          assertThat(two.net.received).isEmpty();
        });
  }

  /** A migration as the network sees it: the same MAC at another host, under the next epoch. */
  @Test
  void theAnnouncementAfterAMoveBringsTheTrafficAlong() {
    onHosts(
        3,
        cluster -> {
          SimGuest before = cluster.host(1).connectedGuest(1);
          SimGuest pinger = cluster.host(3).connectedGuest(3);
          before.announce();
          cluster.sim.run(SOON);
          pinger.send(pinger.frameTo(before, 1));
          cluster.sim.run(SOON);
          assertThat(before.numbersReceived()).containsExactly(1);

          SimGuest after = cluster.host(2).guest(1, 2);
          after.connect();
          after.announce();
          cluster.sim.run(SOON);
          pinger.send(pinger.frameTo(after, 2));
          cluster.sim.run(SOON);
          assertThat(after.numbersReceived()).containsExactly(2);
          assertThat(before.numbersReceived()).containsExactly(1);
        });
  }

  @Test
  void framesOfAStaleOwnerAreDroppedEverywhere() {
    onHosts(
        3,
        cluster -> {
          SimGuest stale = cluster.host(1).connectedGuest(1);
          SimGuest neighbour = cluster.host(1).connectedGuest(4);
          SimGuest pinger = cluster.host(3).connectedGuest(3);
          SimGuest fresh = cluster.host(2).guest(1, 2);
          fresh.connect();
          fresh.announce();
          cluster.sim.run(SOON);

          // The source is not told that it lost the domain: it stopped, and goes on.
          stale.send(stale.frameTo(pinger, 1));
          stale.send(stale.frameTo(neighbour, 2));
          stale.announce();
          cluster.sim.run(SOON);
          assertThat(pinger.numbersReceived()).isEmpty();
          assertThat(neighbour.numbersReceived()).isEmpty();
          assertThat(cluster.host(1).counters().stale()).isEqualTo(3);

          pinger.send(pinger.frameTo(fresh, 3));
          neighbour.send(neighbour.frameTo(fresh, 4));
          cluster.sim.run(SOON);
          assertThat(fresh.numbersReceived()).as("the address has not moved back").contains(3, 4);
          assertThat(stale.numbersReceived()).isEmpty();
        });
  }

  @Test
  void framesOnTheirWayFromAnOlderEpochAreDroppedOnArrival() {
    onHosts(
        3,
        cluster -> {
          SimGuest stale = cluster.host(1).connectedGuest(1);
          SimGuest pinger = cluster.host(3).connectedGuest(3);
          SimGuest fresh = cluster.host(2).guest(1, 2);
          fresh.connect();
          cluster.overlay.cut("host2", "host1"); // so that host1 does not learn of it
          cluster.overlay.setFaults(
              LinkFaults.none().withDelay(Duration.ofMillis(50), Duration.ofMillis(50)));
          stale.send(stale.frameTo(pinger, 1));
          cluster.overlay.setFaults(LinkFaults.none());
          fresh.announce();
          cluster.sim.run(SOON);
          assertThat(pinger.numbersReceived()).isEmpty();
          assertThat(cluster.host(3).counters().stale()).isEqualTo(1);

          pinger.send(pinger.frameTo(fresh, 2));
          cluster.sim.run(SOON);
          assertThat(fresh.numbersReceived()).containsExactly(2);
        });
  }

  @Test
  void anEpochFromTheRegisterIsAsGoodAsAFrame() {
    onHosts(
        2,
        cluster -> {
          SimGuest stale = cluster.host(1).connectedGuest(1);
          SimGuest other = cluster.host(2).connectedGuest(2);
          cluster.host(2).bridges.tell(new EpochSeen(stale.uuid(), 2));
          cluster.sim.runUntilIdle();
          stale.send(stale.frameTo(other, 1));
          cluster.sim.run(SOON);
          assertThat(other.net.received).isEmpty();
          assertThat(cluster.host(2).counters().stale()).isEqualTo(1);

          cluster.host(1).own(stale.uuid(), 3); // a migration that failed raised it
          stale.send(stale.frameTo(other, 2));
          cluster.sim.run(SOON);
          assertThat(other.numbersReceived()).containsExactly(2);
        });
  }

  @Test
  void aHostThatIsNoPeerIsNotHeard() {
    onHosts(
        3,
        cluster -> {
          SimGuest one = cluster.host(1).connectedGuest(1);
          SimGuest two = cluster.host(2).connectedGuest(2);
          cluster.host(2).peers("host3");
          one.send(one.frameTo(two, 1));
          cluster.sim.run(SOON);
          assertThat(two.net.received).isEmpty();
          assertThat(cluster.host(2).counters().fromStrangers()).isEqualTo(1);
        });
  }

  @Test
  void aFullLinkDropsAndCounts() {
    onHosts(
        2,
        cluster -> {
          cluster.overlay.setFaults(
              LinkFaults.none().withDelay(Duration.ofSeconds(1), Duration.ofSeconds(1)));
          SimGuest one = cluster.host(1).connectedGuest(1);
          SimGuest two = cluster.host(2).connectedGuest(2);
          for (int round = 0; round < 15; round++) {
            one.net.sendAll(burst(one, two, 100 * round, 100));
            cluster.sim.runUntilIdle();
          }
          assertThat(cluster.host(1).counters().overlayDropped())
              .isEqualTo(1_500 - OverlayLink.MAX_QUEUED);
        });
  }

  @Test
  void aDomainThatCameBackIsHeardAgain() {
    onHosts(
        2,
        cluster -> {
          SimGuest here = cluster.host(1).connectedGuest(1);
          SimGuest other = cluster.host(2).connectedGuest(2);
          cluster.host(1).bridges.tell(new DisownDomain(here.uuid()));
          SimGuest there = cluster.host(2).guest(1, 2);
          there.connect();
          there.announce();
          cluster.sim.run(SOON);
          cluster.host(2).bridges.tell(new DisownDomain(here.uuid()));
          cluster.host(1).own(here.uuid(), 3);
          here.announce();
          here.send(here.frameTo(other, 1));
          cluster.sim.run(SOON);
          assertThat(other.numbersReceived()).containsExactly(1);
          other.send(other.frameTo(here, 2));
          cluster.sim.run(SOON);
          assertThat(here.numbersReceived()).containsExactly(2);
        });
  }
}
