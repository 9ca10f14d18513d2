package io.xengarden.storage;

import io.xengarden.abi.BlkifRing;
import io.xengarden.abi.XenbusState;
import io.xengarden.storage.BlockImages.Access;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.StoreOp.Read;
import io.xengarden.xenstore.StoreOp.ReadIfPresent;
import io.xengarden.xenstore.StoreOp.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The xenstore nodes of one vbd: what is read, what is written. Frontend nodes are the guest's, and
 * may hold anything. Source: xen/include/public/io/blkif.h.
 */
final class VbdNodes {
  /** What the toolstack wrote before the backend was made. */
  record Device(String frontendPath, String target, Access access, int kind) {
    /** The {@code info} node: VDISK_* bits. */
    int info() {
      return kind | (access == Access.READ_ONLY ? BlkifRing.VDISK_READONLY : 0);
    }
  }

  /** What both sides' nodes say at one moment. */
  record Snapshot(
      boolean backendExists,
      boolean online,
      XenbusState backendState,
      XenbusState frontendState,
      Optional<String> ringRef,
      Optional<String> eventChannel,
      Optional<String> protocol) {

    /** No state is left of the frontend, or none that is one. */
    boolean frontendGone() {
      return frontendState == XenbusState.UNKNOWN;
    }

    /** After both had closed. */
    boolean frontendStartsOver() {
      return frontendState == XenbusState.INITIALISING || frontendState == XenbusState.INITIALISED;
    }
  }

  /** The ring that a frontend offers. */
  record RingOffer(int ringRef, int eventChannel) {}

  /** The frontend's offer cannot be one. */
  static final class BadOffer extends Exception {
    private static final long serialVersionUID = 1L;

    BadOffer(String why) {
      super(why);
    }
  }

  static final String PROTOCOL = "x86_64-abi";

  private final String backend;

  VbdNodes(String backendPath) {
    this.backend = backendPath;
  }

  List<StoreOp> readDevice() {
    return List.of(
        new Read(backend + "/frontend"),
        new Read(backend + "/params"),
        new Read(backend + "/mode"),
        new ReadIfPresent(backend + "/device-type"),
        new ReadIfPresent(backend + "/removable"));
  }

  /** The answer to {@link #readDevice}. */
  static Device device(BatchDone read) {
    return new Device(
        read.text(0).orElseThrow(),
        read.text(1).orElseThrow(),
        read.text(2).orElseThrow().startsWith("w") ? Access.READ_WRITE : Access.READ_ONLY,
        (read.text(3).orElse("disk").equals("cdrom") ? BlkifRing.VDISK_CDROM : 0)
            | (read.text(4).orElse("0").equals("1") ? BlkifRing.VDISK_REMOVABLE : 0));
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
        new ReadIfPresent(backend + "/state"),
        new ReadIfPresent(frontend + "/state"),
        new ReadIfPresent(frontend + "/ring-ref"),
        new ReadIfPresent(frontend + "/event-channel"),
        new ReadIfPresent(frontend + "/protocol"));
  }

  /** The answer to {@link #readSnapshot}. */
  static Snapshot snapshot(BatchDone read) {
    return new Snapshot(
        read.text(0).isPresent(),
        read.text(1).orElse("0").equals("1"),
        state(read.text(2)),
        state(read.text(3)),
        read.text(4),
        read.text(5),
        read.text(6));
  }

  private static XenbusState state(Optional<String> node) {
    return node.map(XenbusState::parse).orElse(XenbusState.UNKNOWN);
  }

  static RingOffer offer(Snapshot now) throws BadOffer {
    String protocol = now.protocol().orElse(PROTOCOL);
    if (!protocol.equals(PROTOCOL)) {
      throw new BadOffer("protocol " + quoted(protocol) + " is not " + PROTOCOL);
    }
    return new RingOffer(
        number("ring-ref", now.ringRef()), number("event-channel", now.eventChannel()));
  }

  private static int number(String name, Optional<String> value) throws BadOffer {
    String text = value.orElseThrow(() -> new BadOffer("no " + name));
    try {
      return Integer.parseUnsignedInt(text);
    } catch (NumberFormatException notOne) {
      throw new BadOffer(name + " " + quoted(text) + " is no number");
    }
  }

  /** A guest's text as it may stand in a log line. */
  private static String quoted(String text) {
    String shortened = text.length() > 32 ? text.substring(0, 32) + "…" : text;
    return "'" + shortened.replaceAll("\\p{Cntrl}", "?") + "'";
  }

  /** What this backend can do, before the frontend decides how to connect. */
  List<StoreOp> features() {
    return List.of(
        new Write(backend + "/feature-barrier", 1),
        new Write(backend + "/feature-flush-cache", 1),
        new Write(backend + "/feature-persistent", 0),
        new Write(backend + "/max-ring-page-order", 0),
        new Write(backend + "/hotplug-status", "connected"));
  }

  /** What the disk is, before state Connected says that it is there. */
  List<StoreOp> properties(Device device, long sectors) {
    return List.of(
        new Write(backend + "/physical-device-path", device.target()),
        new Write(backend + "/sectors", sectors),
        new Write(backend + "/sector-size", BlkifRing.SECTOR_SIZE),
        new Write(backend + "/physical-sector-size", 512),
        new Write(backend + "/info", device.info()));
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
