package io.xengarden.xenstore.tree;

import io.xengarden.abi.Errno;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Changes that become visible together, or not at all. What was never looked at is read from the
 * live tree; the first look at a path, also at one that does not exist, makes a copy and notes its
 * generation. A commit needs every noted generation unchanged, those of written nodes included, for
 * a write looks first (tools/xenstored/transaction.c, access_node and core.c, read_node).
 */
public final class Transaction implements View {
  /** Bytes a copy is reckoned to cost beside its path and the value written to it. */
  private static final int COPY_BYTES = 64;

  private final Tree tree;
  private final Purse purse;
  private final int copiesMax;
  private final Map<String, Copy> copies = new LinkedHashMap<>();
  private long bytes;
  private int nodesAhead;
  private boolean failed;

  /** Who pays for what a transaction holds. */
  public interface Purse {
    /** The domid whose nodes are counted. */
    int domid();

    /** Takes {@code bytes} more, or throws a {@link StoreError}. */
    void take(long bytes);
  }

  /** One committed change, for the watches. */
  public record Change(String path, Reach reach, Permissions before) {}

  /**
   * @param copiesMax how many paths it may look at
   */
  public Transaction(Tree tree, Purse purse, int copiesMax) {
    this.tree = tree;
    this.purse = purse;
    this.copiesMax = copiesMax;
  }

  @Override
  public NodeState find(String path) {
    Copy copy = copies.get(path);
    if (copy == null) {
      copy = remember(path);
    }
    return copy.present() ? copy : null;
  }

  @Override
  public void insert(String path, byte[] value, Permissions permissions) {
    pay(value.length);
    copies.get(path).set(value, permissions, tree.nextGeneration());
    copies.get(StorePath.parent(path)).addChild(StorePath.name(path), tree.nextGeneration());
    count(permissions, 1);
  }

  @Override
  public void replace(String path, byte[] value, Permissions permissions) {
    pay(value.length);
    Copy copy = copies.get(path);
    count(copy.permissions(), -1);
    copy.set(value, permissions, tree.nextGeneration());
    count(permissions, 1);
  }

  @Override
  public void delete(String path) {
    Copy copy = copies.get(path);
    count(copy.permissions(), -1);
    copy.delete(tree.nextGeneration());
    find(StorePath.parent(path));
    copies.get(StorePath.parent(path)).removeChild(StorePath.name(path), tree.nextGeneration());
  }

  @Override
  public void changed(String path, Reach reach, Permissions before) {
    copies.get(path).tell(reach);
  }

  @Override
  public int nodesAhead() {
    return nodesAhead;
  }

  /** Bytes taken from the purse so far; whoever ends the transaction gives them back. */
  public long bytes() {
    return bytes;
  }

  /**
   * Makes the changes in the live tree and says which watches to tell, in the order in which the
   * nodes were first looked at. EAGAIN if another change came between, ENOMEM if the transaction
   * broke a limit before; then nothing changes.
   */
  public List<Change> commit() {
    if (failed) {
      throw new StoreError(Errno.ENOMEM);
    }
    for (Map.Entry<String, Copy> looked : copies.entrySet()) {
      NodeState live = tree.find(looked.getKey());
      if (looked.getValue().base != (live == null ? Copy.ABSENT : live.generation())) {
        throw new StoreError(Errno.EAGAIN);
      }
    }
    apply();
    List<Change> changes = new ArrayList<>();
    copies.forEach(
        (path, copy) -> {
          if (copy.reach() != null) {
            changes.add(new Change(path, copy.reach(), copy.before));
          }
        });
    return changes;
  }

  /** Children go before their parents and come after them: a path sorts behind those above it. */
  private void apply() {
    TreeMap<String, Copy> modified = new TreeMap<>();
    copies.forEach(
        (path, copy) -> {
          if (copy.modified()) {
            modified.put(path, copy);
          }
        });
    modified
        .descendingMap()
        .forEach(
            (path, copy) -> {
              if (!copy.present() && tree.find(path) != null) {
                tree.delete(path);
              }
            });
    modified.forEach(
        (path, copy) -> {
          if (copy.present() && tree.find(path) != null) {
            tree.replace(path, copy.value(), copy.permissions());
          } else if (copy.present()) {
            tree.insert(path, copy.value(), copy.permissions());
          }
        });
  }

  private Copy remember(String path) {
    if (copies.size() >= copiesMax) {
      failed = true;
      throw new StoreError(Errno.ENOSPC);
    }
    pay(COPY_BYTES + path.length());
    NodeState live = tree.find(path);
    Copy copy = live == null ? new Copy() : new Copy(live, tree.childrenOf(path));
    copies.put(path, copy);
    return copy;
  }

  private void pay(long more) {
    try {
      purse.take(more);
    } catch (StoreError refused) {
      failed = true;
      throw refused;
    }
    bytes += more;
  }

  private void count(Permissions permissions, int nodes) {
    if (permissions.owner() == purse.domid()) {
      nodesAhead += nodes;
    }
  }
}
