package io.xengarden.xenstore.server;

import io.xengarden.abi.Errno;
import io.xengarden.xenstore.tree.NodeState;
import io.xengarden.xenstore.tree.StoreError;
import io.xengarden.xenstore.tree.StorePath;
import io.xengarden.xenstore.tree.View;

/** One request's part of the store: who asks, and which nodes are seen. */
public record Scope(Connection who, View view) {
  /** The canonical path of a node in the tree; EINVAL for special and malformed ones. */
  String path(String given) {
    String path = pathOrSpecial(given);
    if (StorePath.isSpecial(path)) {
      throw new StoreError(Errno.EINVAL);
    }
    return path;
  }

  /** The canonical path of a node in the tree or a special one. */
  String pathOrSpecial(String given) {
    String path = StorePath.canonical(given, who.home());
    if (StorePath.quotaLength(path) > who.domain().effective(Quota.PATH_MAX)) {
      throw new StoreError(Errno.EINVAL);
    }
    return path;
  }

  /** The node if the caller has all the {@code needed} rights; else what it may be told. */
  NodeState require(String path, int needed) {
    NodeState node = find(path, needed);
    if (node == null) {
      throw new StoreError(Errno.ENOENT);
    }
    return node;
  }

  /** As {@link #require}, but null for what is missing and the caller may know to be missing. */
  NodeState find(String path, int needed) {
    NodeState node = view.find(path);
    if (node == null) {
      requireAncestor(path, needed);
    } else if ((who.rights(node.permissions()) & needed) != needed) {
      throw new StoreError(Errno.EACCES);
    }
    return node;
  }

  /** Whether something is missing is told by the rights on the nearest node above it. */
  private void requireAncestor(String path, int needed) {
    NodeState above;
    String at = path;
    do {
      at = StorePath.parent(at);
      above = view.find(at);
    } while (above == null);
    if ((who.rights(above.permissions()) & needed) == 0) {
      throw new StoreError(Errno.EACCES);
    }
  }
}
