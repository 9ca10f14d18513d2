package io.xengarden.xenstore.server;

import io.xengarden.abi.Errno;
import io.xengarden.xenstore.tree.NodeState;
import io.xengarden.xenstore.tree.Permissions;
import io.xengarden.xenstore.tree.StoreError;
import io.xengarden.xenstore.tree.StorePath;
import io.xengarden.xenstore.tree.Transaction;
import io.xengarden.xenstore.tree.Tree;
import io.xengarden.xenstore.tree.View;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A host's xenstored without its wires: the tree, the domains, their connections, watches and
 * transactions. Refusals are {@link StoreError}s. One thread at a time.
 */
public final class Store {
  /** The depth of a watch that reaches everything below its path. */
  public static final int ANY_DEPTH = Watch.ALL;

  private final DomainTable domains = new DomainTable();
  private final Tree tree = new Tree(domains);
  private final Watches watches = new Watches(tree);
  private final View live = new LiveView(tree, watches);

  /** A new store: empty but for what xenstored itself puts there. */
  public Store() {
    Permissions dom0 = tree.find(StorePath.ROOT).permissions();
    tree.insert("/tool", new byte[0], dom0);
    tree.insert("/tool/xenstored", new byte[0], dom0);
  }

  /** A further client of a domain: a socket's, or an actor of dom0. */
  public Connection connect(int domid, Outlet outlet) {
    return new Connection(domains.of(domid), outlet);
  }

  /** Forgets a client with its watches and transactions. */
  public void disconnect(Connection connection) {
    reset(connection);
    connection.close();
    domains.tidy(connection.domain().domid());
  }

  /** Forgets a client's watches and transactions (RESET_WATCHES). */
  public void reset(Connection connection) {
    watches.removeAll(connection);
    for (int id : connection.transactionIds()) {
      discard(connection, id);
    }
  }

  /** The ring of a domain is there: its connection, new or reset if it had one already. */
  public Connection introduce(int domid, Outlet outlet) {
    Domain domain = domains.of(domid);
    boolean first = !domain.introduced();
    if (!first) {
      disconnect(domain.ring);
    }
    domain.ring = new Connection(domain, outlet);
    domain.shutdown = false;
    if (first && !domain.privileged()) {
      watches.fireSpecial(StorePath.INTRODUCE_DOMAIN, domid);
    }
    return domain.ring;
  }

  public boolean introduced(int domid) {
    Domain domain = domains.known(domid);
    return domain != null && domain.introduced();
  }

  /** An introduced domain, or ENOENT. */
  public Domain requireIntroduced(int domid) {
    if (!introduced(domid)) {
      throw new StoreError(Errno.ENOENT);
    }
    return domains.known(domid);
  }

  /**
   * The domain is gone, or shall be treated so: its connection ends, the nodes it owned go, and
   * what named it in permissions no longer does, so that a later domain of this id inherits
   * nothing. Whoever watches is told if it had been introduced.
   */
  public void release(int domid) {
    Domain domain = domains.known(domid);
    if (domain == null || domain.privileged()) {
      return;
    }
    boolean introduced = domain.introduced();
    if (introduced) {
      Connection ring = domain.ring;
      domain.ring = null;
      reset(ring);
      ring.close();
    }
    new Erasure(tree, live).erase(domain);
    domain.reset();
    domains.forEach(
        other -> {
          if (other.target == domid) {
            other.target = Domain.NONE;
          }
        });
    if (introduced) {
      watches.fireSpecial(StorePath.RELEASE_DOMAIN, domid);
    }
    domains.tidy(domid);
  }

  /** The domain shut down or crashed; told once until it is resumed. */
  public void shutdown(int domid) {
    Domain domain = domains.known(domid);
    if (domain != null && domain.introduced() && !domain.shutdown) {
      domain.shutdown = true;
      watches.fireSpecial(StorePath.RELEASE_DOMAIN, domid);
    }
  }

  /** The domain runs again after a shutdown; its next one will be told. ENOENT if unknown. */
  public void resume(int domid) {
    requireIntroduced(domid).shutdown = false;
  }

  /** {@code domid} may do from now on whatever {@code target} may. */
  public void setTarget(int domid, int target) {
    requireIntroduced(target);
    requireIntroduced(domid).target = target;
  }

  /** Bits the ring page of a domain not yet introduced shall promise. */
  public void setFeatures(int domid, int features) {
    if ((features & ~Domain.FEATURES) != 0) {
      throw new StoreError(Errno.EINVAL);
    }
    if (introduced(domid)) {
      throw new StoreError(Errno.EBUSY);
    }
    domains.of(domid).features = features;
    domains.tidy(domid);
  }

  public int features(int domid) {
    Domain domain = domains.known(domid);
    return domain == null ? Domain.FEATURES : domain.features;
  }

  public int defaultLimit(Quota quota) {
    return domains.defaultLimit(quota);
  }

  public void setDefaultLimit(Quota quota, int limit) {
    domains.setDefaultLimit(quota, limit);
  }

  public void setLimit(int domid, Quota quota, int limit) {
    domains.of(domid).setLimit(quota, limit);
  }

  public void forEachDomain(Consumer<Domain> visitor) {
    domains.forEach(visitor);
  }

  /** What a request sees: the live tree, or its transaction if {@code id} is not 0. */
  public Scope scope(Connection connection, int id) {
    return new Scope(connection, id == 0 ? live : connection.transaction(id));
  }

  /** The id of a new transaction; ENOSPC beyond the quota. */
  public int start(Connection connection) {
    Domain domain = connection.domain();
    domain.requireBelow(Quota.TRANSACTIONS, domain.transactions + 1);
    int id = connection.add(newTransaction(connection));
    domain.transactions++;
    return id;
  }

  /** EAGAIN if it conflicts; the transaction is over in any case. */
  public void commit(Connection connection, int id) {
    Transaction transaction = forget(connection, id);
    try {
      commit(connection.domain(), transaction);
    } finally {
      connection.domain().charge(-transaction.bytes());
    }
  }

  public void discard(Connection connection, int id) {
    connection.domain().charge(-forget(connection, id).bytes());
  }

  /**
   * Does {@code work} as one step: if it throws, nothing has changed and nobody was told; else
   * watches are told at its end.
   */
  public void atomically(Connection connection, Consumer<Scope> work) {
    Transaction transaction = newTransaction(connection);
    try {
      work.accept(new Scope(connection, transaction));
      commit(connection.domain(), transaction);
    } finally {
      connection.domain().charge(-transaction.bytes());
    }
  }

  private Transaction newTransaction(Connection connection) {
    Domain domain = connection.domain();
    return new Transaction(tree, domain, domain.effective(Quota.TRANSACTION_NODES));
  }

  private Transaction forget(Connection connection, int id) {
    Transaction transaction = connection.removeTransaction(id);
    connection.domain().transactions--;
    return transaction;
  }

  private void commit(Domain domain, Transaction transaction) {
    if (transaction.nodesAhead() > 0) {
      domain.requireBelow(Quota.NODES, domain.nodes() + transaction.nodesAhead());
    }
    for (Transaction.Change change : transaction.commit()) {
      watches.fire(change.path(), change.reach(), change.before());
    }
  }

  /** Sets a watch and returns the path its first event carries. */
  public String watch(Connection connection, String given, String token, int depth) {
    String path = scope(connection, 0).pathOrSpecial(given);
    boolean relative = StorePath.isRelative(given);
    Watch watch = new Watch(connection, path, token, relative, depth);
    watches.add(watch);
    return watch.shown(path);
  }

  public void unwatch(Connection connection, String given, String token) {
    watches.remove(connection, scope(connection, 0).pathOrSpecial(given), token);
  }

  /** What is wrong with the store; nothing, unless there is a bug. */
  public List<String> check() {
    List<String> wrong = new ArrayList<>();
    DomainTable recount = new DomainTable();
    tree.forEach((path, node) -> checkNode(new Found(path, node), recount, wrong));
    domains.forEach(
        domain -> {
          Domain counted = recount.of(domain.domid());
          if (counted.nodes != domain.nodes || counted.mentions != domain.mentions) {
            wrong.add("domain " + domain.domid() + " is not accounted for rightly");
          }
        });
    return wrong;
  }

  private record Found(String path, NodeState node) {}

  private void checkNode(Found found, DomainTable recount, List<String> wrong) {
    if (tree.find(found.path()) != found.node()) {
      wrong.add(found.path() + " cannot be found");
    }
    String before = "";
    for (String name : found.node().childNames()) {
      if (before.compareTo(name) >= 0) {
        wrong.add(found.path() + " has its children out of order");
      }
      before = name;
    }
    recount.added(found.node().permissions(), 0);
  }
}
