package io.xengarden.xenstore.server;

import io.xengarden.abi.Errno;
import io.xengarden.xenstore.tree.NodeState;
import io.xengarden.xenstore.tree.Permissions;
import io.xengarden.xenstore.tree.StoreError;
import io.xengarden.xenstore.tree.StorePath;
import io.xengarden.xenstore.tree.Tree;
import io.xengarden.xenstore.tree.View.Reach;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All watches, found by path: a change costs as many look-ups as its path has levels, however many
 * watches there are. Events of one change go out from the root downwards, and on one path in the
 * order in which the watches were set.
 */
final class Watches {
  private final Tree tree;

  /** Never iterated, only looked up. */
  private final Map<String, List<Watch>> byPath = new LinkedHashMap<>();

  Watches(Tree tree) {
    this.tree = tree;
  }

  /** EEXIST if the connection has one of this path and token; ENOSPC beyond its quota. */
  void add(Watch watch) {
    if (find(watch.owner(), watch.path(), watch.token()) != null) {
      throw new StoreError(Errno.EEXIST);
    }
    Domain domain = watch.owner().domain();
    domain.requireBelow(Quota.WATCHES, domain.watches + 1);
    domain.take(watch.bytes());
    domain.watches++;
    watch.owner().add(watch);
    byPath.computeIfAbsent(watch.path(), _ -> new ArrayList<>(1)).add(watch);
  }

  /** ENOENT if the connection has none of this path and token. */
  void remove(Connection owner, String path, String token) {
    Watch watch = find(owner, path, token);
    if (watch == null) {
      throw new StoreError(Errno.ENOENT);
    }
    owner.watches().remove(watch);
    forget(watch);
  }

  void removeAll(Connection owner) {
    for (Watch watch : owner.watches()) {
      forget(watch);
    }
    if (!owner.watches().isEmpty()) {
      owner.watches().clear();
    }
  }

  /** Tells of a change that is already in the tree to those who may know of it. */
  void fire(String path, Reach reach, Permissions before) {
    Change change = new Change(path, before);
    if (reach == Reach.ANCESTORS) {
      if (path.length() > 1 && !StorePath.isSpecial(path)) {
        fireOn(StorePath.ROOT, change);
      }
      for (int at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1)) {
        fireOn(path.substring(0, at), change);
      }
    }
    fireOn(path, change);
  }

  /**
   * Tells of a domain's coming or going. Watches without a depth get {@code special} alone; those
   * with one, and those on the domain's own path, learn which domain it was.
   */
  void fireSpecial(String special, int domid) {
    Permissions permissions = tree.find(special).permissions();
    String withDomid = special + "/" + domid;
    for (Watch watch : on(special)) {
      if (watch.depth() != 0 && watch.owner().mayRead(permissions)) {
        watch.fire(watch.depth() == Watch.ALL ? special : withDomid);
      }
    }
    for (Watch watch : on(withDomid)) {
      if (watch.owner().mayRead(permissions)) {
        watch.fire(withDomid);
      }
    }
  }

  private void fireOn(String watched, Change change) {
    for (Watch watch : on(watched)) {
      if (watch.reaches(change.path) && change.visibleTo(watch.owner())) {
        watch.fire(change.path);
      }
    }
  }

  private List<Watch> on(String path) {
    return byPath.getOrDefault(path, List.of());
  }

  private void forget(Watch watch) {
    List<Watch> same = byPath.get(watch.path());
    same.remove(watch);
    if (same.isEmpty()) {
      byPath.remove(watch.path());
    }
    Domain domain = watch.owner().domain();
    domain.watches--;
    domain.charge(-watch.bytes());
  }

  private static Watch find(Connection owner, String path, String token) {
    for (Watch watch : owner.watches()) {
      if (watch.path().equals(path) && watch.token().equals(token)) {
        return watch;
      }
    }
    return null;
  }

  /** Who could read the node before, can read it now, or can read its parent, may know. */
  private final class Change {
    private final String path;
    private final Permissions before;

    Change(String path, Permissions before) {
      this.path = path;
      this.before = before;
    }

    boolean visibleTo(Connection client) {
      return client.domain().privileged()
          || client.mayRead(before)
          || client.mayRead(permissionsOf(path))
          || client.mayRead(permissionsOf(StorePath.parent(path)));
    }

    private Permissions permissionsOf(String path) {
      NodeState node = tree.find(path);
      return node == null ? null : node.permissions();
    }
  }
}
