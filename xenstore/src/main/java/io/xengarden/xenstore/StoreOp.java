package io.xengarden.xenstore;

import io.xengarden.xenstore.tree.Permissions;

/** One operation of a batch. Paths are absolute. */
public sealed interface StoreOp {
  /** Longest value in bytes: a longer one could not be read over the wire. */
  int VALUE_MAX = 4096;

  String path();

  /** Writes a value, as UTF-8; makes the node and those above it where missing. */
  record Write(String path, String value) implements StoreOp {
    public Write(String path, long value) {
      this(path, Long.toString(value));
    }
  }

  /** Makes a node and those above it where missing; leaves what exists as it is. */
  record Mkdir(String path) implements StoreOp {}

  /** Removes a node with all below it. What does not exist needs no removing. */
  record Remove(String path) implements StoreOp {}

  /** Sets who may do what with an existing node. */
  record SetPerms(String path, Permissions permissions) implements StoreOp {
    /** From Xen's strings: {@code n0} and {@code r5} say owner 0, readable by 5. */
    public SetPerms(String path, String... permissions) {
      this(path, Permissions.of(permissions));
    }
  }

  /** Reads a value; ENOENT if there is no such node. Gives {@link StoreValue.Text}. */
  record Read(String path) implements StoreOp {}

  /** Reads a value if there is one. Gives {@link StoreValue.Text} or {@link StoreValue.None}. */
  record ReadIfPresent(String path) implements StoreOp {}

  /** Lists the children's names, sorted; ENOENT if no such node. {@link StoreValue.Names}. */
  record List(String path) implements StoreOp {}

  /** Whether there is such a node. Gives {@link StoreValue.Found}. */
  record Exists(String path) implements StoreOp {}
}
