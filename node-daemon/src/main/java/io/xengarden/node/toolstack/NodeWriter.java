package io.xengarden.node.toolstack;

import io.xengarden.abi.Domid;
import io.xengarden.xenstore.StoreOp;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects writes of nodes with libxl's three permissions, named from the guest's side. A node is
 * created with its nearest ancestor's, so each one is set.
 */
final class NodeWriter {
  private final List<StoreOp> ops = new ArrayList<>();
  private final String guestReads;
  private final String guestOwns;

  NodeWriter(Domid guest) {
    guestReads = "r" + guest;
    guestOwns = "n" + guest;
  }

  /** Owned by dom0, read by the guest: libxl's roperm. */
  NodeWriter ro(String path, String value) {
    return write(path, value, "n0", guestReads);
  }

  NodeWriter ro(String path, long value) {
    return ro(path, Long.toString(value));
  }

  /** Owned by the guest: libxl's rwperm. */
  NodeWriter rw(String path, String value) {
    return write(path, value, guestOwns);
  }

  /** Dom0's alone: libxl's noperm. */
  NodeWriter no(String path, String value) {
    return write(path, value, "n0");
  }

  /** A frontend's: owned by the guest, read by the backend's domain, which is dom0. */
  NodeWriter frontend(String path, String value) {
    return write(path, value, guestOwns, "r0");
  }

  NodeWriter remove(String path) {
    ops.add(new StoreOp.Remove(path));
    return this;
  }

  List<StoreOp> ops() {
    return List.copyOf(ops);
  }

  private NodeWriter write(String path, String value, String... permissions) {
    ops.add(value.isEmpty() ? new StoreOp.Mkdir(path) : new StoreOp.Write(path, value));
    ops.add(new StoreOp.SetPerms(path, permissions));
    return this;
  }
}
