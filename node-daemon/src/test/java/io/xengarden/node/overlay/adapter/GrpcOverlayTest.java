package io.xengarden.node.overlay.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xengarden.network.Frame;
import io.xengarden.network.OverlayLink.OverlayFrame;
import io.xengarden.node.grpc.LoopbackServer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Two hosts' links over real sockets. */
class GrpcOverlayTest {
  private static final UUID GUEST = new UUID(1, 2);

  private final Queue<OverlayFrame> arrived = new ConcurrentLinkedQueue<>();

  private static OverlayFrame frame(int number) {
    byte[] bytes = new byte[64];
    bytes[20] = (byte) number;
    return new OverlayFrame("xenbr0", GUEST, 7, Frame.of(bytes));
  }

  @Test
  void framesArriveInOrderWithTheirOwners() throws Exception {
    try (GrpcOverlay one = new GrpcOverlay("host1");
        GrpcOverlay two = new GrpcOverlay("host2")) {
      LoopbackServer server = LoopbackServer.startOn(0, List.of(two.service()));
      two.open(
          (host, frame) -> {
            assertThat(host).isEqualTo("host1");
            arrived.add(frame);
          });
      assertThat(one.send("host2", frame(0))).as("a peer that is not known").isFalse();
      one.setPeers(new TreeMap<>(java.util.Map.of("host2", server.address())));
      List<OverlayFrame> sent =
          java.util.stream.IntStream.range(0, 200).mapToObj(i -> frame(i)).toList();
      sent.forEach(each -> assertThat(one.send("host2", each)).isTrue());
      await().atMost(Duration.ofSeconds(20)).until(() -> arrived.size() == 200);
      assertThat(List.copyOf(arrived)).isEqualTo(sent);
      assertThat(one.dropped()).isEqualTo(1);
      server.stop(Duration.ofMillis(100));
    }
  }

  @Test
  void aHostThatComesBackIsReachedAgain() throws Exception {
    try (GrpcOverlay one = new GrpcOverlay("host1");
        GrpcOverlay two = new GrpcOverlay("host2")) {
      two.open((host, frame) -> arrived.add(frame));
      LoopbackServer first = LoopbackServer.startOn(0, List.of(two.service()));
      int port = first.port();
      one.setPeers(new TreeMap<>(java.util.Map.of("host2", first.address())));
      assertThat(one.send("host2", frame(1))).isTrue();
      await().atMost(Duration.ofSeconds(20)).until(() -> arrived.size() == 1);
      first.stop(Duration.ofMillis(100));
      LoopbackServer second = LoopbackServer.startOn(port, List.of(two.service()));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                one.send("host2", frame(2));
                return arrived.size() > 1;
              });
      second.stop(Duration.ofMillis(100));
    }
  }

  @Test
  void aPeerThatIsAwayCostsABoundedQueue() {
    try (GrpcOverlay one = new GrpcOverlay("host1")) {
      one.setPeers(new TreeMap<>(java.util.Map.of("host2", "127.0.0.1:1")));
      int taken = 0;
      for (int i = 0; i < 3_000; i++) {
        taken += one.send("host2", frame(i)) ? 1 : 0;
      }
      assertThat(taken).isEqualTo(1_024);
      assertThat(one.dropped()).isEqualTo(3_000 - 1_024);
    }
  }

  @Test
  void whatIsNoFrameIsDropped() {
    var good = FrameWire.write(frame(1));
    assertThat(FrameWire.read(good)).hasValue(frame(1));
    assertThat(FrameWire.read(good.toBuilder().setEpoch(0).build())).isEmpty();
    assertThat(FrameWire.read(good.toBuilder().clearUuid().build())).isEmpty();
    assertThat(FrameWire.read(good.toBuilder().clearFrame().build())).isEmpty();
    assertThat(FrameWire.read(good.toBuilder().setBridge("b".repeat(65)).build())).isEmpty();
  }
}
