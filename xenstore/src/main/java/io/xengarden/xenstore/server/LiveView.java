package io.xengarden.xenstore.server;

import io.xengarden.xenstore.tree.NodeState;
import io.xengarden.xenstore.tree.Permissions;
import io.xengarden.xenstore.tree.Tree;
import io.xengarden.xenstore.tree.View;

/**
 * The live tree as a request without a transaction works on it: changes show, and tell, at once.
 */
record LiveView(Tree tree, Watches watches) implements View {
  @Override
  public NodeState find(String path) {
    return tree.find(path);
  }

  @Override
  public void insert(String path, byte[] value, Permissions permissions) {
    tree.insert(path, value, permissions);
  }

  @Override
  public void replace(String path, byte[] value, Permissions permissions) {
    tree.replace(path, value, permissions);
  }

  @Override
  public void delete(String path) {
    tree.delete(path);
  }

  @Override
  public void changed(String path, Reach reach, Permissions before) {
    watches.fire(path, reach, before);
  }

  @Override
  public int nodesAhead() {
    return 0;
  }
}
