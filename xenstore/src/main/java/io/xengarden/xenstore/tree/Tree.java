package io.xengarden.xenstore.tree;

import java.util.function.BiConsumer;

/**
 * The live nodes, and the two special ones beside them. Every change gives the node a generation
 * greater than any before; adding and removing a node changes its parent, too.
 */
public final class Tree {
  /** What a node is reckoned to cost beside its name, value and permissions, in bytes. */
  private static final int NODE_BYTES = 64;

  private static final int PERMISSION_BYTES = 8;

  private static final byte[][] ONE_BYTE_VALUES = new byte[256][];

  static {
    for (int i = 0; i < ONE_BYTE_VALUES.length; i++) {
      ONE_BYTE_VALUES[i] = new byte[] {(byte) i};
    }
  }

  private final NodeLedger ledger;
  private final NameTable names = new NameTable();
  private final Node root;
  private final Node introduceDomain;
  private final Node releaseDomain;
  private long generation;

  /** An empty tree, its root and the special nodes dom0's alone. */
  public Tree(NodeLedger ledger) {
    this.ledger = ledger;
    Permissions dom0 = Permissions.owner(0, Access.NONE);
    root = new Node("", dom0);
    introduceDomain = new Node(StorePath.INTRODUCE_DOMAIN, dom0);
    releaseDomain = new Node(StorePath.RELEASE_DOMAIN, dom0);
    for (Node node : new Node[] {root, introduceDomain, releaseDomain}) {
      node.generation = ++generation;
      ledger.added(dom0, bytes(node));
    }
  }

  /** The node at a canonical path, or null. */
  public NodeState find(String path) {
    return node(path);
  }

  /** Adds a node whose parent exists and which does not. */
  public void insert(String path, byte[] value, Permissions permissions) {
    Node parent = existing(StorePath.parent(path));
    Node node = new Node(names.share(StorePath.name(path)), shared(permissions, parent));
    node.value = shared(value);
    node.generation = ++generation;
    parent.add(node);
    parent.generation = ++generation;
    ledger.added(node.permissions, bytes(node));
  }

  /** Changes a node that exists. */
  public void replace(String path, byte[] value, Permissions permissions) {
    Node node = existing(path);
    Permissions before = node.permissions;
    int bytesBefore = bytes(node);
    node.value = shared(value);
    node.permissions = shared(permissions, node);
    node.generation = ++generation;
    ledger.added(node.permissions, bytes(node));
    ledger.removed(before, bytesBefore);
  }

  /** Removes a node that exists and has no children. */
  public void delete(String path) {
    Node node = existing(path);
    if (node.children.length > 0 || node == root || StorePath.isSpecial(path)) {
      throw new IllegalStateException("cannot delete " + path);
    }
    Node parent = existing(StorePath.parent(path));
    parent.remove(node);
    parent.generation = ++generation;
    ledger.removed(node.permissions, bytes(node));
  }

  /** A generation for a change that is not in the tree yet. */
  long nextGeneration() {
    return ++generation;
  }

  /** The nodes directly below {@code path}, in an array that is never written. */
  Node[] childrenOf(String path) {
    return existing(path).children;
  }

  /** Visits every node, parents first; the visitor changes nothing. */
  public void forEach(BiConsumer<String, NodeState> visitor) {
    visitor.accept(StorePath.INTRODUCE_DOMAIN, introduceDomain);
    visitor.accept(StorePath.RELEASE_DOMAIN, releaseDomain);
    visit(StorePath.ROOT, root, visitor);
  }

  /** What the ledger is told a node costs. */
  public static int bytes(String name, byte[] value, Permissions permissions) {
    return NODE_BYTES + name.length() + value.length + PERMISSION_BYTES * permissions.size();
  }

  private static int bytes(Node node) {
    return bytes(node.name, node.value, node.permissions);
  }

  private static void visit(String path, Node node, BiConsumer<String, NodeState> visitor) {
    visitor.accept(path, node);
    for (Node child : node.children) {
      visit(StorePath.child(path, child.name), child, visitor);
    }
  }

  private Node existing(String path) {
    Node node = node(path);
    if (node == null) {
      throw new IllegalStateException("no node " + path);
    }
    return node;
  }

  private Node node(String path) {
    if (StorePath.isSpecial(path)) {
      return special(path);
    }
    Node node = root;
    for (int from = 1; node != null && from < path.length(); ) {
      int slash = path.indexOf('/', from);
      int to = slash < 0 ? path.length() : slash;
      node = node.child(path, from, to);
      from = to + 1;
    }
    return node;
  }

  private Node special(String path) {
    return switch (path) {
      case StorePath.INTRODUCE_DOMAIN -> introduceDomain;
      case StorePath.RELEASE_DOMAIN -> releaseDomain;
      default -> null;
    };
  }

  /** Most nodes have the permissions of the node they were made below: one object serves all. */
  private static Permissions shared(Permissions permissions, Node relative) {
    return permissions.equals(relative.permissions) ? relative.permissions : permissions;
  }

  /** Most values are empty or one digit. */
  private static byte[] shared(byte[] value) {
    return switch (value.length) {
      case 0 -> Node.NO_VALUE;
      case 1 -> ONE_BYTE_VALUES[value[0] & 0xff];
      default -> value;
    };
  }
}
