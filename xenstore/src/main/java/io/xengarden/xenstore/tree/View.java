package io.xengarden.xenstore.tree;

/**
 * The nodes that one request works on: the live tree, or a transaction's copies of it. What it may
 * do was decided before; a view knows no permissions.
 */
public interface View {
  /** How far a watch event reaches. */
  enum Reach {
    /** To watches on this very path: it went together with a node above it. */
    EXACT,
    /** To watches on this path and above it. */
    ANCESTORS
  }

  /** The node, or null; a transaction remembers that it was looked for. */
  NodeState find(String path);

  /** Adds a node that {@link #find} did not find, below one that it did. */
  void insert(String path, byte[] value, Permissions permissions);

  /** Changes a node that {@link #find} found. */
  void replace(String path, byte[] value, Permissions permissions);

  /** Removes a node that {@link #find} found and that has no children. */
  void delete(String path);

  /**
   * Tells the watches of a change already made.
   *
   * @param before the permissions before it, or null: who could read the node then is told, too
   */
  void changed(String path, Reach reach, Permissions before);

  /** How many nodes of its own the caller has here beyond those in the live tree. */
  int nodesAhead();
}
