package io.xengarden.xenstore.tree;

import java.util.Arrays;

/**
 * A node of the live tree. A host has tens of thousands of them: children lie in an exact array,
 * sorted by name; the array is replaced, never written, so that a transaction may keep it.
 */
final class Node implements NodeState {
  static final Node[] NO_CHILDREN = {};
  static final byte[] NO_VALUE = {};

  final String name;
  byte[] value = NO_VALUE;
  Permissions permissions;
  long generation;
  Node[] children = NO_CHILDREN;

  Node(String name, Permissions permissions) {
    this.name = name;
    this.permissions = permissions;
  }

  @Override
  public byte[] value() {
    return value;
  }

  @Override
  public Permissions permissions() {
    return permissions;
  }

  @Override
  public long generation() {
    return generation;
  }

  @Override
  public String[] childNames() {
    return namesOf(children);
  }

  static String[] namesOf(Node... children) {
    String[] names = new String[children.length];
    for (int i = 0; i < names.length; i++) {
      names[i] = children[i].name;
    }
    return names;
  }

  /** The child whose name stands in {@code path} from {@code from} to {@code to}, or null. */
  Node child(String path, int from, int to) {
    int index = indexOf(path, from, to);
    return index >= 0 ? children[index] : null;
  }

  void add(Node child) {
    int at = -1 - indexOf(child.name, 0, child.name.length());
    Node[] more = Arrays.copyOf(children, children.length + 1);
    System.arraycopy(children, at, more, at + 1, children.length - at);
    more[at] = child;
    children = more;
  }

  void remove(Node child) {
    int at = indexOf(child.name, 0, child.name.length());
    if (children.length == 1) {
      children = NO_CHILDREN;
      return;
    }
    Node[] fewer = Arrays.copyOf(children, children.length - 1);
    System.arraycopy(children, at + 1, fewer, at, fewer.length - at);
    children = fewer;
  }

  /** As {@link Arrays#binarySearch}: the index, or -1 - where it belongs. */
  private int indexOf(String path, int from, int to) {
    int low = 0;
    int high = children.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = compare(children[middle].name, path, from, to);
      if (order == 0) {
        return middle;
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1 - low;
  }

  private static int compare(String name, String path, int from, int to) {
    int common = Math.min(name.length(), to - from);
    for (int i = 0; i < common; i++) {
      int order = name.charAt(i) - path.charAt(from + i);
      if (order != 0) {
        return order;
      }
    }
    return name.length() - (to - from);
  }
}
