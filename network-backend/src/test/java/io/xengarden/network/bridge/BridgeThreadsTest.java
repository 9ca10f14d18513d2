package io.xengarden.network.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.network.Frame;
import io.xengarden.network.Frames;
import io.xengarden.network.MacAddress;
import io.xengarden.network.OverlayLink;
import io.xengarden.network.OverlayLink.OverlayFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** A frame crosses the switch on its sender's thread: many at once, while ports come and go. */
class BridgeThreadsTest {
  private static final int SENDERS = 4;
  private static final int FRAMES = 20_000;
  private static final int CHANGES = 2_000;

  private final Owners owners = new Owners();
  private final LearningSwitch bridge =
      new LearningSwitch(
          "xenbr0", new LearningSwitch.Surroundings(System::nanoTime, OverlayLink.none(), owners));

  private BridgePort port(int number) {
    UUID uuid = new UUID(0, number);
    owners.own(uuid, 1);
    return bridge.attach(uuid).orElseThrow();
  }

  @Test
  void everyFrameBetweenStandingPortsArrivesOnceWhileOthersComeAndGo() throws Exception {
    bridge.setPeers(List.of("host2"));
    List<BridgePort> ports = new ArrayList<>();
    List<LongAdder> arrived = new ArrayList<>();
    for (int i = 0; i < SENDERS; i++) {
      LongAdder count = new LongAdder();
      MacAddress mac = Frames.mac(i);
      BridgePort port = port(i);
      port.connect(
          frame -> {
            if (frame.destination() == mac.value()) {
              count.increment();
            }
          });
      ports.add(port);
      arrived.add(count);
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(SENDERS + 2)) {
      List<Callable<Void>> all = new ArrayList<>();
      for (int i = 0; i < SENDERS; i++) {
        int self = i;
        all.add(() -> sendToNext(ports.get(self), self));
      }
      all.add(this::comeAndGo);
      all.add(this::hearFromAfar);
      for (Future<Void> each : threads.invokeAll(all)) {
        each.get();
      }
    }
    assertThat(arrived).extracting(LongAdder::sum).containsOnly((long) FRAMES);
    assertThat(bridge.ports()).isEqualTo(SENDERS);
    bridge.setPeers(List.of());
    ports.forEach(BridgePort::close);
    assertThat(bridge.addresses()).as("nothing is left of anybody").isZero();
  }

  private Void sendToNext(BridgePort port, int self) {
    Frame frame =
        Frame.of(Frames.numbered(Frames.mac(self), Frames.mac((self + 1) % SENDERS), self, 60));
    for (int n = 0; n < FRAMES; n++) {
      port.send(frame);
    }
    return null;
  }

  private Void comeAndGo() {
    for (int n = 0; n < CHANGES; n++) {
      BridgePort port = port(100 + n % 10);
      port.connect(_ -> {});
      port.send(Frame.of(Frames.numbered(Frames.mac(100 + n), Frames.BROADCAST, n, 60)));
      port.disconnect();
      port.close();
    }
    return null;
  }

  private Void hearFromAfar() {
    RandomGenerator random = new SplittableRandom(1);
    for (int n = 0; n < CHANGES; n++) {
      int domain = 200 + random.nextInt(50);
      Frame frame =
          Frame.of(Frames.numbered(Frames.mac(domain), Frames.mac(random.nextInt(9)), 0, 60));
      // Never for a standing port: those count what they get.
      if (frame.destination() >= Frames.mac(SENDERS).value()) {
        long epoch = 1 + n / 100;
        bridge.fromPeer("host2", new OverlayFrame("xenbr0", new UUID(0, domain), epoch, frame));
      }
    }
    return null;
  }
}
