package io.xengarden.xenstore.server;

import io.xengarden.xenstore.tree.NodeState;
import io.xengarden.xenstore.tree.Permissions;
import io.xengarden.xenstore.tree.StorePath;
import io.xengarden.xenstore.tree.Tree;
import io.xengarden.xenstore.tree.View;

/**
 * Takes a domain out of all permissions, and what it owns out of the tree. Costs nothing when
 * nothing names it, which is so when the toolstack has cleaned up; otherwise it looks at the
 * domain's own nodes first and ends with the last one that names it.
 */
record Erasure(Tree tree, View live) {
  void erase(Domain domain) {
    String home = StorePath.home(domain.domid());
    if (domain.mentions > 0 && tree.find(home) != null) {
      eraseBelow(home, domain);
    }
    for (String path :
        new String[] {StorePath.ROOT, StorePath.INTRODUCE_DOMAIN, StorePath.RELEASE_DOMAIN}) {
      if (domain.mentions > 0) {
        eraseBelow(path, domain);
      }
    }
  }

  private void eraseBelow(String path, Domain domain) {
    NodeState node = tree.find(path);
    Permissions permissions = node.permissions();
    boolean inTree = path.length() > 1 && !StorePath.isSpecial(path);
    if (permissions.owner() == domain.domid() && inTree) {
      Nodes.removeAll(live, path);
      return;
    }
    if (permissions.mention(domain.domid())) {
      tree.replace(path, node.value(), without(permissions, domain.domid()));
    }
    for (String name : node.childNames()) {
      if (domain.mentions == 0) {
        return;
      }
      eraseBelow(StorePath.child(path, name), domain);
    }
  }

  /** What cannot be removed falls to dom0. */
  private static Permissions without(Permissions permissions, int domid) {
    Permissions rest = permissions.without(domid);
    return rest.owner() == domid ? rest.withOwner(Domain.DOM0) : rest;
  }
}
