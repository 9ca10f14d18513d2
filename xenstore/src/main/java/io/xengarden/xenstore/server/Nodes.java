package io.xengarden.xenstore.server;

import io.xengarden.abi.Errno;
import io.xengarden.xenstore.tree.Access;
import io.xengarden.xenstore.tree.NodeState;
import io.xengarden.xenstore.tree.Permissions;
import io.xengarden.xenstore.tree.StoreError;
import io.xengarden.xenstore.tree.StorePath;
import io.xengarden.xenstore.tree.Tree;
import io.xengarden.xenstore.tree.View;
import io.xengarden.xenstore.tree.View.Reach;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What can be done with nodes, by the rules of C xenstored (tools/xenstored/core.c): rights,
 * quotas, inheritance, who is told. The same for the live tree and for transactions. A refused
 * request throws a {@link StoreError} and has changed nothing.
 */
public final class Nodes {
  private static final byte[] EMPTY = {};

  /** sizeof(struct node_hdr) and sizeof(struct xs_permissions), which count as part of a node. */
  private static final int HEADER_BYTES = 16;

  private static final int PERMISSION_BYTES = 8;

  private Nodes() {}

  /** Whether the caller finds a node; EACCES if it may not know. */
  public static boolean exists(Scope scope, String given) {
    return scope.find(scope.path(given), Access.MAY_READ) != null;
  }

  public static byte[] read(Scope scope, String given) {
    return scope.require(scope.path(given), Access.MAY_READ).value();
  }

  /** The node with its list of children. */
  public static NodeState list(Scope scope, String given) {
    return scope.require(scope.path(given), Access.MAY_READ);
  }

  public static Permissions permissions(Scope scope, String given) {
    return scope.require(scope.pathOrSpecial(given), Access.MAY_READ).permissions();
  }

  /** Writes a value, and makes the node and those above it where they are missing. */
  public static void write(Scope scope, String given, byte[] value) {
    String path = scope.path(given);
    NodeState node = scope.find(path, Access.MAY_WRITE);
    Permissions before = null;
    if (node == null) {
      create(scope, path, value);
    } else {
      before = node.permissions();
      requireSize(scope, value.length + childBytes(scope, node), before);
      scope.who().domain().requireMemory(value.length - (long) node.value().length);
      scope.view().replace(path, value, before);
    }
    scope.view().changed(path, Reach.ANCESTORS, before);
  }

  /** Makes a node and those above it where they are missing; what exists stays as it is. */
  public static void mkdir(Scope scope, String given) {
    String path = scope.path(given);
    if (scope.find(path, Access.MAY_WRITE) == null) {
      create(scope, path, EMPTY);
      scope.view().changed(path, Reach.ANCESTORS, null);
    }
  }

  /** Removes a node with everything below it; ENOENT only if not even its parent exists. */
  public static void remove(Scope scope, String given) {
    String path = scope.path(given);
    if (scope.find(path, Access.MAY_WRITE) == null) {
      if (scope.view().find(StorePath.parent(path)) == null) {
        throw new StoreError(Errno.ENOENT);
      }
      return;
    }
    if (path.equals(StorePath.ROOT)) {
      throw new StoreError(Errno.EINVAL);
    }
    removeAll(scope.view(), path);
  }

  public static void setPermissions(Scope scope, String given, Permissions permissions) {
    Domain domain = scope.who().domain();
    domain.requireAtMost(Quota.NODE_PERMISSIONS, permissions.size());
    String path = scope.pathOrSpecial(given);
    NodeState node = scope.require(path, Access.MAY_WRITE | Access.OWNS);
    Permissions before = node.permissions();
    if (!domain.privileged() && permissions.owner() != before.owner()) {
      throw new StoreError(Errno.EPERM);
    }
    requireSize(scope, node.value().length + childBytes(scope, node), permissions);
    scope.view().replace(path, node.value(), permissions);
    scope.view().changed(path, Reach.ANCESTORS, before);
  }

  /** Removes a node that exists, whoever asks: those below first, each telling its own watches. */
  static void removeAll(View view, String path) {
    removeBelow(view, path);
    removeOne(view, path, Reach.ANCESTORS);
  }

  private static void removeBelow(View view, String path) {
    for (String name : view.find(path).childNames()) {
      String child = StorePath.child(path, name);
      // A transaction that cannot commit any more may list what is not there.
      if (view.find(child) != null) {
        removeBelow(view, child);
        removeOne(view, child, Reach.EXACT);
      }
    }
  }

  private static void removeOne(View view, String path, Reach reach) {
    Permissions before = view.find(path).permissions();
    view.delete(path);
    view.changed(path, reach, before);
  }

  private static void create(Scope scope, String path, byte[] value) {
    View view = scope.view();
    Deque<String> missing = new ArrayDeque<>();
    String at = path;
    NodeState above;
    do {
      missing.push(at);
      at = StorePath.parent(at);
      above = view.find(at);
    } while (above == null);
    Domain domain = scope.who().domain();
    Permissions permissions = above.permissions();
    if (!domain.privileged()) {
      permissions = permissions.withOwner(domain.domid());
      admit(scope, missing, new Creation(above, permissions, value));
    }
    for (String each : missing) {
      view.insert(each, each.equals(path) ? value : EMPTY, permissions);
    }
  }

  private record Creation(NodeState above, Permissions permissions, byte[] value) {}

  /** Checks every quota before the first node of a path is made. */
  private static void admit(Scope scope, Deque<String> missing, Creation creation) {
    Domain domain = scope.who().domain();
    domain.requireBelow(Quota.NODES, domain.nodes() + scope.view().nodesAhead() + missing.size());
    String first = StorePath.name(missing.getFirst());
    NodeState above = creation.above();
    requireSize(
        scope,
        above.value().length + childBytes(scope, above) + first.length() + 1,
        above.permissions());
    requireSize(scope, creation.value().length, creation.permissions());
    long bytes = creation.value().length;
    String parent = null;
    for (String path : missing) {
      String name = StorePath.name(path);
      bytes += Tree.bytes(name, EMPTY, creation.permissions());
      if (parent != null) {
        requireSize(scope, name.length() + 1, creation.permissions());
      }
      parent = path;
    }
    domain.requireMemory(bytes);
  }

  private static void requireSize(Scope scope, int content, Permissions permissions) {
    scope
        .who()
        .domain()
        .requireAtMost(
            Quota.NODE_SIZE, HEADER_BYTES + PERMISSION_BYTES * permissions.size() + content);
  }

  /** The length of the list of children as DIRECTORY sends it; not counted where none limits it. */
  private static int childBytes(Scope scope, NodeState node) {
    if (scope.who().domain().effective(Quota.NODE_SIZE) == Integer.MAX_VALUE) {
      return 0;
    }
    int bytes = 0;
    for (String name : node.childNames()) {
      bytes += name.length() + 1;
    }
    return bytes;
  }
}
