package io.xengarden.network.bridge;

import io.xengarden.machine.HostClock;
import io.xengarden.network.Frame;
import io.xengarden.network.OverlayLink;
import io.xengarden.network.OverlayLink.OverlayFrame;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * One bridge of a host: a learning switch between local ports and the bridges of the same name on
 * the other hosts. VLAN tags are data. Any thread; its monitor guards what was learned, and is held
 * for some tens of nanoseconds, never while a frame is handed on.
 *
 * <p>Every host reaches every other one itself, so what comes from a peer goes to no peer: there
 * are no loops between hosts, and no need for a spanning tree.
 *
 * <p>A frame of a domain that this host does not own under the newest known epoch is dropped,
 * wherever it comes from and wherever it is for.
 */
public final class LearningSwitch {
  /** Ports of one bridge. */
  public static final int MAX_PORTS = 4_096;

  /** Hosts that a bridge reaches. */
  public static final int MAX_PEERS = 1_024;

  /**
   * What all bridges of a host share.
   *
   * @param owners who may send
   */
  public record Surroundings(HostClock clock, OverlayLink overlay, Owners owners) {}

  private final String name;
  private final HostClock clock;
  private final OverlayLink overlay;
  private final Owners owners;
  private final Tally tally = new Tally();
  private final MacTable addresses = new MacTable(); // guarded by this

  // Replaced as wholes, under the monitor.
  private volatile BridgePort[] ports = {};
  private volatile TreeMap<String, Peer> peers = new TreeMap<>();
  private volatile FrameTap tap;

  public LearningSwitch(String name, Surroundings surroundings) {
    this.name = name;
    this.clock = surroundings.clock();
    this.overlay = surroundings.overlay();
    this.owners = surroundings.owners();
  }

  public String name() {
    return name;
  }

  public BridgeCounters counters() {
    return tally.counters();
  }

  public int ports() {
    return ports.length;
  }

  /** Addresses that are held, also those that have aged out since. */
  public synchronized int addresses() {
    return addresses.size();
  }

  // ---- ports and peers ----

  /** A port for an interface of this domain; empty when there are {@link #MAX_PORTS}. */
  public synchronized Optional<BridgePort> attach(UUID uuid) {
    if (ports.length == MAX_PORTS) {
      return Optional.empty();
    }
    BridgePort port = new BridgePort(this, owners.hold(uuid));
    BridgePort[] more = Arrays.copyOf(ports, ports.length + 1);
    more[ports.length] = port;
    ports = more;
    return Optional.of(port);
  }

  synchronized void forget(BridgePort port) {
    addresses.forget(location -> location == port);
  }

  synchronized void remove(BridgePort port) {
    int before = ports.length;
    ports = Arrays.stream(ports).filter(each -> each != port).toArray(BridgePort[]::new);
    if (ports.length < before) {
      addresses.forget(location -> location == port);
      owners.release(port.owner());
    }
  }

  /** The other hosts from now on, at most {@link #MAX_PEERS}. */
  public synchronized void setPeers(List<String> hosts) {
    TreeMap<String, Peer> next = new TreeMap<>();
    for (String host : hosts) {
      next.put(host, peers.getOrDefault(host, new Peer(host)));
    }
    peers = next;
    addresses.forget(location -> location instanceof Peer(var host) && !next.containsKey(host));
  }

  /** Shows what enters to this tap from now on; null: to nobody. */
  public void setTap(FrameTap tap) {
    this.tap = tap;
  }

  // ---- frames ----

  void fromPort(BridgePort from, Frame frame) {
    Owner owner = from.owner();
    if (!owner.isOurs()) {
      tally.notOwned.increment();
      return;
    }
    if (owner.isStaleHere()) {
      tally.stale.increment();
      return;
    }
    if (!enters(frame)) {
      return;
    }
    Location to = learnAndFind(frame, from, owner);
    switch (to) {
      case null -> {
        tally.flooded.increment();
        floodPorts(frame, from);
        floodPeers(frame, owner);
      }
      case BridgePort port -> forward(frame, port, from);
      case Peer peer -> {
        tally.forwarded.increment();
        send(peer, overlayFrame(frame, owner));
      }
    }
  }

  /** A frame for this bridge from another host. */
  public void fromPeer(String host, OverlayFrame arrived) {
    Peer from = peers.get(host);
    if (from == null) {
      tally.fromStrangers.increment();
      return;
    }
    Owner owner = owners.admit(arrived.uuid(), arrived.epoch());
    if (owner == null) {
      tally.stale.increment();
      return;
    }
    Frame frame = arrived.frame();
    if (!enters(frame)) {
      return;
    }
    switch (learnAndFind(frame, from, owner)) {
      case null -> {
        tally.flooded.increment();
        floodPorts(frame, from);
      }
      case BridgePort port -> forward(frame, port, from);
      case Peer _ -> tally.filtered.increment();
    }
  }

  private boolean enters(Frame frame) {
    if (frame.hasImpossibleSource()) {
      tally.invalid.increment();
      return false;
    }
    FrameTap watching = tap;
    if (watching != null) {
      watching.saw(clock.nanos(), frame);
    }
    return true;
  }

  private Location learnAndFind(Frame frame, Location from, Owner owner) {
    long now = clock.nanos();
    long source = frame.source();
    long destination = frame.destination();
    boolean forGroup = frame.isForGroup();
    synchronized (this) {
      addresses.learn(source, from, owner, now);
      return forGroup ? null : addresses.find(destination, now);
    }
  }

  private void forward(Frame frame, BridgePort to, Location from) {
    if (to == from) {
      tally.filtered.increment();
    } else {
      tally.forwarded.increment();
      to.offer(frame);
    }
  }

  private void floodPorts(Frame frame, Location from) {
    for (BridgePort port : ports) {
      if (port != from) {
        port.offer(frame);
      }
    }
  }

  private void floodPeers(Frame frame, Owner owner) {
    TreeMap<String, Peer> all = peers;
    if (!all.isEmpty()) {
      OverlayFrame leaving = overlayFrame(frame, owner);
      all.values().forEach(peer -> send(peer, leaving));
    }
  }

  private OverlayFrame overlayFrame(Frame frame, Owner owner) {
    return new OverlayFrame(name, owner.uuid(), owner.epoch(), frame);
  }

  private void send(Peer peer, OverlayFrame leaving) {
    if (!overlay.send(peer.host(), leaving)) {
      tally.overlayDropped.increment();
    }
  }
}
