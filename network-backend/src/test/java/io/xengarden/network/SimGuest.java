package io.xengarden.network;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.Domid;
import io.xengarden.hypervisor.DomainSignal;
import io.xengarden.hypervisor.DomainSignal.Halt;
import io.xengarden.hypervisor.DomainSignal.PeerBinds;
import io.xengarden.hypervisor.DomainSignal.PeerClosed;
import io.xengarden.hypervisor.DomainSignal.PeerConnected;
import io.xengarden.hypervisor.DomainSignal.PeerRefused;
import io.xengarden.hypervisor.HypervisorCommand.AttachDomain;
import io.xengarden.hypervisor.HypervisorCommand.DestroyDomain;
import io.xengarden.hypervisor.HypervisorCommand.DomainHalted;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.network.VifBackendCommand.ReadCounters;
import io.xengarden.network.VifBackendCommand.VifStatus;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.StoreOp.Write;
import io.xengarden.xenstore.XenStoreCommand.Batch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** A domain whose kernel is a {@link Netfront} that the test drives, with its vif's backend. */
final class SimGuest {
  private static final Duration SOON = Duration.ofSeconds(5);

  /**
   * @param nodes of the backend, beside those that every vif has
   */
  record Device(UUID uuid, MacAddress mac, Map<String, String> nodes) {
    static Device of(int number) {
      return new Device(new UUID(0xd0, number), Frames.mac(number), Map.of("bridge", "xenbr0"));
    }

    Device with(String name, String value) {
      Map<String, String> more = new TreeMap<>(nodes);
      more.put(name, value);
      return new Device(uuid, mac, more);
    }
  }

  final SimHost host;
  final Device device;
  final XenDomain xen;
  final Netfront net;
  final String backendPath;
  final String frontendPath;
  ActorRef<VifBackendCommand> backend;
  private int port;

  /** Whether its driver does anything about an event. */
  boolean listens = true;

  /** Set when the actor of the backend has ended. */
  boolean ended;

  SimGuest(SimHost host, Device device) {
    this.host = host;
    this.device = device;
    this.xen = host.createDomain(device.uuid());
    this.net = new Netfront(xen.memory(), xen.grants(), () -> xen.events().send(port));
    ActorRef<DomainSignal> kernel = host.spawn(kernel());
    xen.inbox().attach(kernel);
    host.hypervisor.tell(new AttachDomain(xen.domid(), kernel));
    this.backendPath = "/local/domain/0/backend/vif/" + xen.domid() + "/0";
    this.frontendPath = "/local/domain/" + xen.domid() + "/device/vif/0";
    host.sim.runUntilIdle();
  }

  UUID uuid() {
    return device.uuid();
  }

  MacAddress mac() {
    return device.mac();
  }

  Domid domid() {
    return xen.domid();
  }

  private Behavior<DomainSignal> kernel() {
    return Behaviors.receiveMessage(
        signal -> {
          switch (signal) {
            case PeerBinds binds -> binds.replyTo().tell(connectPort(binds));
            case PeerClosed(int closed) -> xen.events().disconnect(closed);
            case DomainSignal.EventsRaised() -> xen.inbox().drain(this::onEvent);
            case Halt() -> {
              host.hypervisor.tell(new DomainHalted(xen.domid()));
              return Behaviors.stopped();
            }
            default -> throw new AssertionError("a paused domain gets " + signal);
          }
          return Behaviors.same();
        });
  }

  private DomainSignal.PeerBindAnswer connectPort(PeerBinds binds) {
    long result = xen.events().connect(binds.port(), binds.peer(), binds.peerPort(), binds.sink());
    return result == 0
        ? new PeerConnected(xen.inbox().sink(binds.port()))
        : new PeerRefused(io.xengarden.abi.Errno.of((int) -result));
  }

  private void onEvent(int raised) {
    if (raised == port && listens) {
      net.onEvent();
    }
  }

  // ---- the toolstack ----

  /** Writes the nodes of the device and starts its backend, as dom0 does. */
  void attach() {
    start();
    host.sim.runUntilIdle();
  }

  /** As {@link #attach}, without a step for the backend. */
  void start() {
    List<StoreOp> nodes = new ArrayList<>();
    nodes.add(new Write("/local/domain/" + xen.domid() + "/vm", "/vm/" + uuid()));
    nodes.add(new Write(frontendPath + "/backend", backendPath));
    nodes.add(new Write(frontendPath + "/mac", mac().toString()));
    nodes.add(new Write(frontendPath + "/state", 1));
    nodes.add(new Write(backendPath + "/frontend", frontendPath));
    nodes.add(new Write(backendPath + "/online", 1));
    nodes.add(new Write(backendPath + "/mac", mac().toString()));
    nodes.add(new Write(backendPath + "/handle", 0));
    device.nodes().forEach((name, value) -> nodes.add(new Write(backendPath + "/" + name, value)));
    nodes.add(new Write(backendPath + "/state", 1));
    host.batch(nodes);
    VifSetup setup =
        new VifSetup(
            xen.domid(),
            0,
            backendPath,
            host.hypervisor,
            host.store,
            host.bridges,
            host.sim::nanos);
    backend = host.spawn(VifBackend.create(setup));
    host.spawn(
        Behaviors.setup(
            context -> {
              context.watchWith(backend, "ended");
              return Behaviors.receiveMessage(
                  _ -> {
                    ended = true;
                    return Behaviors.stopped();
                  });
            }));
  }

  String backendState() {
    return host.read(backendPath + "/state");
  }

  String hotplugError() {
    return host.read(backendPath + "/hotplug-error");
  }

  void destroy() {
    DomctlReply ignored =
        host.ask(host.hypervisor, replyTo -> new DestroyDomain(xen.domid(), replyTo));
    assertThat(ignored).isNotNull();
  }

  // ---- the frontend ----

  /** What a frontend writes of its rings; the port is new. */
  Map<String, String> offer() {
    port = (int) xen.events().allocUnbound(Domid.DOM0);
    Map<String, String> nodes = new TreeMap<>();
    nodes.put("tx-ring-ref", Integer.toString(Netfront.TX_RING_REF));
    nodes.put("rx-ring-ref", Integer.toString(Netfront.RX_RING_REF));
    nodes.put("event-channel", Integer.toString(port));
    nodes.put("request-rx-copy", "1");
    nodes.put("feature-rx-notify", "1");
    return nodes;
  }

  void connect() {
    connect(offer());
    assertThat(backendState()).as(() -> "connected: " + hotplugError()).isEqualTo("4");
    net.offer(256);
    host.sim.runUntilIdle();
  }

  void connect(Map<String, String> offer) {
    host.batch(offerNodes(offer));
    host.sim.runUntilIdle();
  }

  /** Writes the offer, without a step for the backend. */
  void offerAtOnce() {
    host.store.tell(new Batch(offerNodes(offer()), host.probe(new ArrayList<BatchResult>())));
  }

  private List<StoreOp> offerNodes(Map<String, String> offer) {
    List<StoreOp> nodes = new ArrayList<>();
    offer.forEach((name, value) -> nodes.add(new Write(frontendPath + "/" + name, value)));
    nodes.add(new Write(frontendPath + "/state", 4));
    return nodes;
  }

  void setState(int state) {
    host.write(frontendPath + "/state", state);
    host.sim.runUntilIdle();
  }

  void closePort() {
    xen.events().close(port);
  }

  /** Says who and where it is, as a frontend does that has just connected. */
  void announce() {
    net.send(Frames.gratuitousArp(mac(), 0x0a00_0001));
    host.sim.runUntilIdle();
  }

  byte[] frameTo(SimGuest other, int number) {
    return Frames.numbered(mac(), other.mac(), number, 200);
  }

  /** Sends and lets everything that happens at once happen. */
  void send(byte[] frame) {
    net.send(frame);
    host.sim.runUntilIdle();
  }

  /** Waits until it has got so many frames. */
  void awaitFrames(int count) {
    assertThat(host.sim.runUntil(() -> net.received.size() >= count, SOON))
        .as("%s frames of %s", net.received.size(), count)
        .isTrue();
  }

  /** Of the numbered frames, in the order of their arrival. */
  List<Integer> numbersReceived() {
    return net.received.stream().filter(Frames::isNumbered).map(Frames::number).toList();
  }

  VifCounters counters() {
    VifStatus status = host.ask(backend, ReadCounters::new);
    return status.counters();
  }
}
