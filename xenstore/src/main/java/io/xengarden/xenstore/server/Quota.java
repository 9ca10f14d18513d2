package io.xengarden.xenstore.server;

import java.util.Optional;

/**
 * What an unprivileged domain may use up, by the names that GET_QUOTA and SET_QUOTA know, with C
 * xenstored's defaults. A limit of 0 means none. Dom0 has no limits here.
 */
public enum Quota {
  /** Nodes owned; one more is refused when it would reach the limit. */
  NODES("nodes", 1000),
  /** Watches set; one more is refused when it would reach the limit. */
  WATCHES("watches", 128),
  /** Replies that the domain has not taken from its ring; at the limit it is no longer served. */
  OUTSTANDING("outstanding", 20),
  /** Bytes of nodes, watches, transactions and events not yet taken. */
  MEMORY("memory", 2 * 1024 * 1024 + 512 * 1024),
  /** As MEMORY, but beyond it there is only a warning in the log. */
  SOFT_MEMORY("soft-memory", 2 * 1024 * 1024),
  /** Open transactions; one more is refused when it would reach the limit. */
  TRANSACTIONS("transactions", 10),
  /** Paths that one transaction looks at. */
  TRANSACTION_NODES("transaction-nodes", 1024),
  /** Entries in one node's permissions. */
  NODE_PERMISSIONS("node-permissions", 5),
  /** Characters of a path, without {@code /local/domain/N/}. */
  PATH_MAX("path-max", 2048),
  /** Bytes of a node: value, names of its children, permissions, header. */
  NODE_SIZE("node-size", 2048);

  private final String wireName;
  private final int initial;

  Quota(String wireName, int initial) {
    this.wireName = wireName;
    this.initial = initial;
  }

  public String wireName() {
    return wireName;
  }

  public int initial() {
    return initial;
  }

  public static Optional<Quota> named(String wireName) {
    for (Quota quota : values()) {
      if (quota.wireName.equals(wireName)) {
        return Optional.of(quota);
      }
    }
    return Optional.empty();
  }
}
