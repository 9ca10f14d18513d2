package io.xengarden.xenstore.tree;

/** Who counts the nodes of the live tree, by the domains in their permissions. */
public interface NodeLedger {
  /** A node of {@code bytes} bytes appeared. */
  void added(Permissions permissions, int bytes);

  /** A node of {@code bytes} bytes is gone. */
  void removed(Permissions permissions, int bytes);
}
