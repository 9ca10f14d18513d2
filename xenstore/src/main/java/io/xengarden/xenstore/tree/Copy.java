package io.xengarden.xenstore.tree;

import io.xengarden.xenstore.tree.View.Reach;
import java.util.Arrays;

/**
 * A node as a transaction knows it: as it was when first looked at, and as it shall be. Copies made
 * at different times may contradict each other, a list naming a child that another client removed
 * meanwhile: then the commit will be refused, and until then nothing may break.
 */
final class Copy implements NodeState {
  /** The generation of what was not there. */
  static final long ABSENT = -1;

  /** The live generation when first looked at; the commit needs it unchanged. */
  final long base;

  /** The live permissions then, or null. */
  final Permissions before;

  private Node[] liveChildren = Node.NO_CHILDREN;

  /** Null until the transaction adds or removes a child. */
  private String[] editedChildren;

  private byte[] value;
  private Permissions permissions;
  private long generation;
  private boolean present;
  private boolean modified;

  /** How far the commit tells of it, or null. */
  private Reach reach;

  /** What is not there. */
  Copy() {
    base = ABSENT;
    before = null;
  }

  Copy(NodeState live, Node[] children) {
    base = live.generation();
    before = live.permissions();
    liveChildren = children;
    value = live.value();
    permissions = live.permissions();
    generation = base;
    present = true;
  }

  boolean present() {
    return present;
  }

  boolean modified() {
    return modified;
  }

  Reach reach() {
    return reach;
  }

  /** An event that reaches further wins over one that does not. */
  void tell(Reach further) {
    if (reach != Reach.ANCESTORS) {
      reach = further;
    }
  }

  void set(byte[] value, Permissions permissions, long generation) {
    this.value = value;
    this.permissions = permissions;
    this.present = true;
    modifiedAt(generation);
  }

  void delete(long generation) {
    present = false;
    value = null;
    permissions = null;
    modifiedAt(generation);
  }

  void addChild(String name, long generation) {
    String[] names = edited();
    int at = -1 - Arrays.binarySearch(names, name);
    if (at >= 0) {
      String[] more = Arrays.copyOf(names, names.length + 1);
      System.arraycopy(names, at, more, at + 1, names.length - at);
      more[at] = name;
      editedChildren = more;
    }
    modifiedAt(generation);
  }

  void removeChild(String name, long generation) {
    String[] names = edited();
    int at = Arrays.binarySearch(names, name);
    if (at >= 0) {
      String[] fewer = Arrays.copyOf(names, names.length - 1);
      System.arraycopy(names, at + 1, fewer, at, fewer.length - at);
      editedChildren = fewer;
    }
    modifiedAt(generation);
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
    return edited().clone();
  }

  private String[] edited() {
    return editedChildren == null ? Node.namesOf(liveChildren) : editedChildren;
  }

  private void modifiedAt(long generation) {
    this.generation = generation;
    modified = true;
  }
}
