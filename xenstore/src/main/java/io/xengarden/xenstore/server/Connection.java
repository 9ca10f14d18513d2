package io.xengarden.xenstore.server;

import io.xengarden.abi.Errno;
import io.xengarden.xenstore.tree.Access;
import io.xengarden.xenstore.tree.Permissions;
import io.xengarden.xenstore.tree.StoreError;
import io.xengarden.xenstore.tree.StorePath;
import io.xengarden.xenstore.tree.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * One client of the store, acting for a domain: a domain's ring, a socket client or an actor of
 * dom0. It owns its watches and transactions. Idle ones are many: lists exist only when used.
 */
public final class Connection {
  private static final int EVERYTHING = Access.MAY_READ | Access.MAY_WRITE | Access.OWNS;

  private final Domain domain;
  private final Outlet outlet;
  private final String home;
  private List<Watch> watches = List.of();
  private TreeMap<Integer, Transaction> transactions;
  private int nextTransactionId = 1;
  private boolean open = true;

  Connection(Domain domain, Outlet outlet) {
    this.domain = domain;
    this.outlet = outlet;
    this.home = StorePath.home(domain.domid());
    domain.connections++;
  }

  public Domain domain() {
    return domain;
  }

  /** False once disconnected: it gets no events and must send no requests. */
  public boolean open() {
    return open;
  }

  /** Where its replies and events go. */
  public Outlet outlet() {
    return outlet;
  }

  /** Where its relative paths begin. */
  String home() {
    return home;
  }

  /** The {@link Access} bits it has on a node with {@code permissions}. */
  int rights(Permissions permissions) {
    return domain.privileged() ? EVERYTHING : permissions.rightsOf(domain.domid(), domain.target);
  }

  boolean mayRead(Permissions permissions) {
    return permissions != null && (rights(permissions) & Access.MAY_READ) != 0;
  }

  /** Takes {@code bytes} of its domain's memory for what waits to be read; false if too many. */
  public boolean hold(int bytes) {
    if (domain.bytes() + bytes >= domain.effective(Quota.MEMORY)) {
      return false;
    }
    domain.charge(bytes);
    return true;
  }

  /** Gives back what {@link #hold} took. */
  public void letGo(int bytes) {
    domain.charge(-bytes);
  }

  /** Whether it has any watch. */
  public boolean watching() {
    return !watches.isEmpty();
  }

  List<Watch> watches() {
    return watches;
  }

  void add(Watch watch) {
    if (watches.isEmpty()) {
      watches = new ArrayList<>(2);
    }
    watches.add(watch);
  }

  Transaction transaction(int id) {
    Transaction transaction = transactions == null ? null : transactions.get(id);
    if (transaction == null) {
      throw new StoreError(Errno.ENOENT);
    }
    return transaction;
  }

  /** Ids are unsigned on the wire; 0 means none. */
  int add(Transaction transaction) {
    if (transactions == null) {
      transactions = new TreeMap<>(Integer::compareUnsigned);
    }
    while (nextTransactionId == 0 || transactions.containsKey(nextTransactionId)) {
      nextTransactionId++;
    }
    transactions.put(nextTransactionId, transaction);
    return nextTransactionId++;
  }

  Transaction removeTransaction(int id) {
    Transaction transaction = transaction(id);
    transactions.remove(id);
    return transaction;
  }

  List<Integer> transactionIds() {
    return transactions == null ? List.of() : new ArrayList<>(transactions.keySet());
  }

  void close() {
    open = false;
    domain.connections--;
  }
}
