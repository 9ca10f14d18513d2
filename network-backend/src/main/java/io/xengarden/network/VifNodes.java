package io.xengarden.network;

import io.xengarden.abi.Domid;
import io.xengarden.abi.XenbusState;
import io.xengarden.network.netback.RateLimit;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.StoreOp.Read;
import io.xengarden.xenstore.StoreOp.ReadIfPresent;
import io.xengarden.xenstore.StoreOp.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The xenstore nodes of one vif: what is read, what is written. Frontend nodes are the guest's, and
 * may hold anything. Source: xen/include/public/io/netif.h.
 */
final class VifNodes {
  /**
   * What the toolstack wrote before the backend was made.
   *
   * @param domain whose interface it is, through all its moves
   */
  record Device(String frontendPath, UUID domain, String bridge, int mtu, Rate rate) {}

  /** Bytes per interval; 0 bytes: no limit. */
  record Rate(long bytes, long intervalUs) {
    static final Rate NONE = new Rate(0, 0);

    RateLimit limit() {
      return bytes == 0 ? RateLimit.none() : RateLimit.of(bytes, intervalUs * NS_PER_US);
    }
  }

  /** What both sides' nodes say at one moment. */
  record Snapshot(
      boolean backendExists, boolean online, XenbusState frontendState, FrontendNodes offer) {

    /** No state is left of the frontend, or none that is one. */
    boolean frontendGone() {
      return frontendState == XenbusState.UNKNOWN;
    }

    /** After both had closed. */
    boolean frontendStartsOver() {
      return frontendState == XenbusState.INITIALISING || frontendState == XenbusState.INITIALISED;
    }
  }

  /** What the frontend wrote of its rings, unread. */
  record FrontendNodes(
      Optional<String> txRingRef,
      Optional<String> rxRingRef,
      Optional<String> eventChannel,
      Optional<String> requestRxCopy,
      Optional<String> featureSg) {}

  /** The rings that a frontend offers. */
  record RingOffer(int txRingRef, int rxRingRef, int eventChannel, boolean scatterGather) {}

  /** A node's value cannot be. */
  static final class BadNode extends Exception {
    private static final long serialVersionUID = 1L;

    BadNode(String why) {
      super(why);
    }
  }

  static final int DEFAULT_MTU = 1_500;

  /** The least that IPv4 can do with. */
  static final int MIN_MTU = 68;

  private static final long NS_PER_US = 1_000;
  private static final String VM = "/vm/";

  private final String backend;

  VifNodes(String backendPath) {
    this.backend = backendPath;
  }

  List<StoreOp> readDevice(Domid frontend) {
    return List.of(
        new Read(backend + "/frontend"),
        new Read("/local/domain/" + frontend + "/vm"),
        new ReadIfPresent(backend + "/bridge"),
        new ReadIfPresent(backend + "/mtu"),
        new ReadIfPresent(backend + "/rate"));
  }

  /** The answer to {@link #readDevice}. */
  static Device device(BatchDone read) throws BadNode {
    return new Device(
        read.text(0).orElseThrow(),
        uuid(read.text(1).orElseThrow()),
        read.text(2).filter(name -> !name.isEmpty()).orElse(Bridges.DEFAULT_BRIDGE),
        mtu(read.text(3)),
        rate(read.text(4)));
  }

  private static UUID uuid(String vm) throws BadNode {
    try {
      if (vm.startsWith(VM)) {
        return UUID.fromString(vm.substring(VM.length()));
      }
    } catch (IllegalArgumentException notOne) {
      // said below
    }
    throw new BadNode("vm " + quoted(vm) + " names no uuid");
  }

  private static int mtu(Optional<String> node) throws BadNode {
    if (node.filter(text -> !text.isEmpty()).isEmpty()) {
      return DEFAULT_MTU;
    }
    int mtu = number("mtu", node);
    if (mtu < MIN_MTU || mtu > Frame.MAX_MTU) {
      throw new BadNode("mtu " + mtu + " is not in " + MIN_MTU + ".." + Frame.MAX_MTU);
    }
    return mtu;
  }

  private static Rate rate(Optional<String> node) throws BadNode {
    if (node.filter(text -> !text.isEmpty()).isEmpty()) {
      return Rate.NONE;
    }
    String[] parts = node.get().split(",", -1);
    try {
      Rate rate = new Rate(Long.parseLong(parts[0]), Long.parseLong(parts[parts.length - 1]));
      if (parts.length == 2) {
        if (rate.bytes() == 0 || rate.intervalUs() == 0) {
          return Rate.NONE; // as netback: no limit
        }
        rate.limit();
        return rate;
      }
    } catch (IllegalArgumentException notTwoNumbers) {
      // said below
    }
    throw new BadNode("rate " + quoted(node.get()) + " is not BYTES,MICROSECONDS");
  }

  /** What changes in these calls for another look. */
  List<String> watched(Device device) {
    return List.of(backend + "/online", device.frontendPath() + "/state");
  }

  List<StoreOp> readSnapshot(Device device) {
    String frontend = device.frontendPath();
    return List.of(
        new ReadIfPresent(backend + "/frontend"),
        new ReadIfPresent(backend + "/online"),
        new ReadIfPresent(frontend + "/state"),
        new ReadIfPresent(frontend + "/tx-ring-ref"),
        new ReadIfPresent(frontend + "/rx-ring-ref"),
        new ReadIfPresent(frontend + "/event-channel"),
        new ReadIfPresent(frontend + "/request-rx-copy"),
        new ReadIfPresent(frontend + "/feature-sg"));
  }

  /** The answer to {@link #readSnapshot}. */
  static Snapshot snapshot(BatchDone read) {
    return new Snapshot(
        read.text(0).isPresent(),
        read.text(1).orElse("0").equals("1"),
        read.text(2).map(XenbusState::parse).orElse(XenbusState.UNKNOWN),
        new FrontendNodes(read.text(3), read.text(4), read.text(5), read.text(6), read.text(7)));
  }

  static RingOffer offer(FrontendNodes nodes) throws BadNode {
    if (!nodes.requestRxCopy().orElse("0").equals("1")) {
      throw new BadNode("the frontend does not set request-rx-copy");
    }
    return new RingOffer(
        number("tx-ring-ref", nodes.txRingRef()),
        number("rx-ring-ref", nodes.rxRingRef()),
        number("event-channel", nodes.eventChannel()),
        nodes.featureSg().orElse("0").equals("1"));
  }

  private static int number(String name, Optional<String> value) throws BadNode {
    String text = value.orElseThrow(() -> new BadNode("no " + name));
    try {
      return Integer.parseUnsignedInt(text);
    } catch (NumberFormatException notOne) {
      throw new BadNode(name + " " + quoted(text) + " is no number");
    }
  }

  /** A guest's text as it may stand in a log line. */
  private static String quoted(String text) {
    String shortened = text.length() > 32 ? text.substring(0, 32) + "…" : text;
    return "'" + shortened.replaceAll("\\p{Cntrl}", "?") + "'";
  }

  /** What this backend can do, before the frontend decides how to connect: copy, and no more. */
  List<StoreOp> features() {
    return List.of(
        new Write(backend + "/feature-rx-copy", 1),
        new Write(backend + "/feature-rx-flip", 0),
        new Write(backend + "/feature-sg", 0),
        new Write(backend + "/feature-gso-tcpv4", 0),
        new Write(backend + "/feature-gso-tcpv6", 0),
        new Write(backend + "/feature-no-csum-offload", 1),
        new Write(backend + "/feature-ipv6-csum-offload", 0),
        new Write(backend + "/feature-multicast-control", 0),
        new Write(backend + "/feature-split-event-channels", 0),
        new Write(backend + "/multi-queue-max-queues", 1),
        new Write(backend + "/hotplug-status", "connected"));
  }

  /** Where a toolstack looks for why a device failed. */
  List<StoreOp> error(String why) {
    return List.of(
        new Write(backend + "/hotplug-error", why),
        new Write(backend + "/hotplug-status", "error"));
  }

  /**
   * The state with what goes with it, at once. The first operation refuses all of it when the
   * toolstack has removed the node, so that nothing of it comes back.
   */
  List<StoreOp> withState(XenbusState state, List<StoreOp> others) {
    List<StoreOp> ops = new ArrayList<>();
    ops.add(new Read(backend + "/frontend"));
    ops.addAll(others);
    ops.add(new Write(backend + "/state", state.number()));
    return ops;
  }
}
