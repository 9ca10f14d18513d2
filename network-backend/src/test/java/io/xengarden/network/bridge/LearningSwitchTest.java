package io.xengarden.network.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xengarden.network.BridgesCommand.SetPeers;
import io.xengarden.network.Frame;
import io.xengarden.network.Frames;
import io.xengarden.network.MacAddress;
import io.xengarden.network.OverlayLink;
import io.xengarden.network.OverlayLink.OverlayFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LearningSwitchTest {
  /** What left for another host. */
  private record Left(String peer, OverlayFrame frame) {}

  private final List<Left> left = new ArrayList<>();
  private final Owners owners = new Owners();
  private long now = 1;

  private final OverlayLink overlay =
      new OverlayLink() {
        @Override
        public void open(OverlayInput input) {}

        @Override
        public boolean send(String peer, OverlayFrame frame) {
          left.add(new Left(peer, frame));
          return !peer.equals("full");
        }
      };

  private final LearningSwitch bridge =
      new LearningSwitch("xenbr0", new LearningSwitch.Surroundings(() -> now, overlay, owners));

  /** A domain's port, and what came out of it. */
  private final class Station {
    final UUID uuid;
    final MacAddress mac;
    final BridgePort port;
    final List<Frame> got = new ArrayList<>();

    Station(int number) {
      uuid = new UUID(0, number);
      mac = Frames.mac(number);
      owners.own(uuid, 1);
      port = bridge.attach(uuid).orElseThrow();
      port.connect(got::add);
    }

    Frame frameTo(MacAddress to) {
      return Frame.of(Frames.numbered(mac, to, 1, 60));
    }

    void sendTo(MacAddress to) {
      port.send(frameTo(to));
    }
  }

  private static OverlayFrame arriving(int domain, long epoch, MacAddress to) {
    Frame frame = Frame.of(Frames.numbered(Frames.mac(domain), to, 1, 60));
    return new OverlayFrame("xenbr0", new UUID(0, domain), epoch, frame);
  }

  @Test
  void whatIsUnknownGoesEverywhereAndWhatIsKnownOnlyThere() {
    Station one = new Station(1);
    Station two = new Station(2);
    Station three = new Station(3);
    one.sendTo(two.mac);
    assertThat(two.got).hasSize(1);
    assertThat(three.got).hasSize(1);
    assertThat(one.got).isEmpty();
    two.sendTo(one.mac);
    one.sendTo(two.mac);
    assertThat(two.got).hasSize(2);
    assertThat(three.got).hasSize(1);
    assertThat(bridge.counters().forwarded()).isEqualTo(2);
    assertThat(bridge.counters().flooded()).isEqualTo(1);
  }

  @Test
  void aGroupIsNeverLearned() {
    Station one = new Station(1);
    Station two = new Station(2);
    byte[] bytes = Frames.numbered(Frames.BROADCAST, two.mac, 1, 60);
    one.port.send(Frame.of(bytes));
    byte[] nobody = Frames.numbered(new MacAddress(0), two.mac, 1, 60);
    one.port.send(Frame.of(nobody));
    assertThat(two.got).isEmpty();
    assertThat(bridge.counters().invalid()).isEqualTo(2);
    assertThat(bridge.addresses()).isZero();
  }

  @Test
  void whatIsForWhereItCameFromGoesNowhere() {
    Station one = new Station(1);
    Station two = new Station(2);
    one.sendTo(Frames.BROADCAST);
    one.sendTo(one.mac);
    assertThat(two.got).hasSize(1);
    assertThat(one.got).isEmpty();
    assertThat(bridge.counters().filtered()).isEqualTo(1);
  }

  @Test
  void aDisconnectedPortIsForgottenAndAClosedOneIsGone() {
    Station one = new Station(1);
    Station two = new Station(2);
    two.sendTo(Frames.BROADCAST);
    two.port.disconnect();
    assertThat(bridge.addresses()).isZero();
    one.sendTo(two.mac);
    assertThat(two.got).isEmpty();
    two.port.close();
    two.port.close();
    assertThat(bridge.ports()).isEqualTo(1);
  }

  @Test
  void whatComesFromAPeerGoesToNoPeer() {
    Station one = new Station(1);
    bridge.setPeers(List.of("host2", "host3"));
    bridge.fromPeer("host2", arriving(2, 1, Frames.BROADCAST));
    assertThat(one.got).hasSize(1);
    assertThat(left).isEmpty();
    bridge.fromPeer("host3", arriving(3, 1, Frames.mac(2))); // known to be at host2
    assertThat(left).isEmpty();
    assertThat(bridge.counters().filtered()).isEqualTo(1);
  }

  @Test
  void framesThatLeaveCarryTheirOwnersEpoch() {
    Station one = new Station(1);
    bridge.setPeers(List.of("host2", "host3"));
    owners.own(one.uuid, 5);
    one.sendTo(Frames.BROADCAST);
    OverlayFrame expected = new OverlayFrame("xenbr0", one.uuid, 5, one.frameTo(Frames.BROADCAST));
    assertThat(left).containsExactly(new Left("host2", expected), new Left("host3", expected));
  }

  @Test
  void whatAPeersLinkDoesNotTakeIsCounted() {
    Station one = new Station(1);
    bridge.setPeers(List.of("full", "host2"));
    one.sendTo(Frames.BROADCAST);
    assertThat(bridge.counters().overlayDropped()).isEqualTo(1);
  }

  @Test
  void aPeerThatIsGoneIsForgotten() {
    Station one = new Station(1);
    bridge.setPeers(List.of("host2", "host3"));
    bridge.fromPeer("host2", arriving(2, 1, Frames.BROADCAST));
    bridge.setPeers(List.of("host3"));
    one.sendTo(Frames.mac(2));
    assertThat(left).extracting(Left::peer).containsExactly("host3");
    bridge.fromPeer("host2", arriving(2, 1, Frames.BROADCAST));
    assertThat(bridge.counters().fromStrangers()).isEqualTo(1);
  }

  @Test
  void theNewestEpochOfADomainIsTheOnlyOneHeard() {
    Station one = new Station(1);
    bridge.setPeers(List.of("host2", "host3"));
    bridge.fromPeer("host2", arriving(2, 4, Frames.BROADCAST));
    bridge.fromPeer("host3", arriving(2, 5, Frames.BROADCAST));
    bridge.fromPeer("host2", arriving(2, 4, one.mac));
    assertThat(one.got).hasSize(2);
    assertThat(bridge.counters().stale()).isEqualTo(1);
    one.sendTo(Frames.mac(2));
    assertThat(left).extracting(Left::peer).containsExactly("host3");
  }

  @Test
  void nobodyElseSpeaksForADomainOfThisHostUnderItsEpoch() {
    Station one = new Station(1);
    Station two = new Station(2);
    bridge.setPeers(List.of("host2"));
    bridge.fromPeer("host2", arriving(1, 1, two.mac));
    bridge.fromPeer("host2", arriving(1, 0, two.mac));
    bridge.fromPeer("host2", arriving(1, -1, two.mac));
    assertThat(two.got).isEmpty();
    assertThat(bridge.counters().stale()).isEqualTo(3);
    one.sendTo(two.mac);
    assertThat(two.got).hasSize(1);
  }

  @Test
  void anAddressAgesAway() {
    Station one = new Station(1);
    Station two = new Station(2);
    Station three = new Station(3);
    two.sendTo(Frames.BROADCAST);
    now += MacTable.AGEING.toNanos();
    one.sendTo(two.mac);
    assertThat(three.got).as("flooded again").hasSize(2);
  }

  @Test
  void theTapSeesWhatEnters() {
    Station one = new Station(1);
    List<Frame> seen = new ArrayList<>();
    bridge.setTap((_, frame) -> seen.add(frame));
    one.sendTo(Frames.mac(9));
    bridge.setTap(null);
    one.sendTo(Frames.mac(9));
    assertThat(seen).containsExactly(one.frameTo(Frames.mac(9)));
  }

  @Test
  void portsAndPeersAreLimited() {
    for (int i = 0; i < LearningSwitch.MAX_PORTS; i++) {
      assertThat(bridge.attach(new UUID(1, i))).isPresent();
    }
    assertThat(bridge.attach(new UUID(2, 0))).isEmpty();
    List<String> hosts =
        IntStream.rangeClosed(0, LearningSwitch.MAX_PEERS).mapToObj(n -> "host" + n).toList();
    assertThatThrownBy(() -> new SetPeers(hosts)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void oldDomainsAreForgottenBeforeThereAreTooManyButNotThoseOfThisHost() {
    Station one = new Station(1);
    owners.see(one.uuid, 1);
    for (int i = 0; i < Owners.MAX_DOMAINS + 100; i++) {
      owners.see(new UUID(7, i), 3);
    }
    assertThat(owners.size()).isEqualTo(Owners.MAX_DOMAINS);
    assertThat(owners.admit(one.uuid, 1)).as("still of this host").isNull();
    assertThat(owners.admit(new UUID(7, 0), 1)).as("forgotten").isNotNull();
    assertThat(owners.admit(new UUID(7, Owners.MAX_DOMAINS), 1)).as("remembered").isNull();
  }
}
