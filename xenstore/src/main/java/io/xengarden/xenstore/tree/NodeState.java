package io.xengarden.xenstore.tree;

/** A node as one request sees it. Arrays are shared: nobody writes to them. */
public interface NodeState {
  byte[] value();

  Permissions permissions();

  /** Grows with every change of value, permissions or list of children. */
  long generation();

  /** The names of the children, sorted. */
  String[] childNames();
}
