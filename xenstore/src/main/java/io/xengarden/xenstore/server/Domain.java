package io.xengarden.xenstore.server;

import io.xengarden.abi.Errno;
import io.xengarden.abi.XenstoreRing;
import io.xengarden.xenstore.tree.StoreError;
import io.xengarden.xenstore.tree.Transaction;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the store knows of one domain, introduced or not: what it uses, and what it may use. */
public final class Domain implements Transaction.Purse {
  static final int DOM0 = 0;
  static final int NONE = -1;

  /** What a ring page can promise its domain. */
  public static final int FEATURES =
      XenstoreRing.FEATURE_RECONNECTION
          | XenstoreRing.FEATURE_ERROR
          | XenstoreRing.FEATURE_WATCH_DEPTH;

  private static final Logger LOG = LoggerFactory.getLogger(Domain.class);

  private final int domid;
  private final ToIntFunction<Quota> defaults;
  private Map<Quota, Integer> own;
  private long bytes;
  private boolean warned;

  int nodes;

  /** Entries that name this domain in permissions of nodes, ownership included. */
  int mentions;

  int connections;
  int watches;
  int transactions;

  /** What the ring page promises the domain; the toolstack may take bits away beforehand. */
  int features = FEATURES;

  /** The domain for which this one acts (SET_TARGET). */
  int target = NONE;

  /** The ring's connection while introduced. */
  Connection ring;

  boolean shutdown;

  Domain(int domid, ToIntFunction<Quota> defaults) {
    this.domid = domid;
    this.defaults = defaults;
  }

  @Override
  public int domid() {
    return domid;
  }

  public boolean privileged() {
    return domid == DOM0;
  }

  public boolean introduced() {
    return ring != null;
  }

  /** The XenstoreRing.FEATURE_* bits that this domain may count on. */
  public int features() {
    return features;
  }

  /** The limit in force for this domain, whether or not it is held to it. */
  public int limit(Quota quota) {
    Integer set = own == null ? null : own.get(quota);
    return set == null ? defaults.applyAsInt(quota) : set;
  }

  void setLimit(Quota quota, int limit) {
    if (own == null) {
      own = new EnumMap<>(Quota.class);
    }
    own.put(quota, limit);
  }

  /** ENOSPC if {@code value} is above the limit. */
  void requireAtMost(Quota quota, int value) {
    if (value > effective(quota)) {
      throw new StoreError(Errno.ENOSPC);
    }
  }

  /** ENOSPC if counting up to {@code value} would reach the limit. */
  void requireBelow(Quota quota, int value) {
    if (value >= effective(quota)) {
      throw new StoreError(Errno.ENOSPC);
    }
  }

  /** What this domain is held to: nothing if privileged or without limit. */
  public int effective(Quota quota) {
    int limit = limit(quota);
    return privileged() || limit == 0 ? Integer.MAX_VALUE : limit;
  }

  /** ENOSPC if {@code more} bytes are too many. */
  void requireMemory(long more) {
    if (bytes + more >= effective(Quota.MEMORY)) {
      throw new StoreError(Errno.ENOSPC);
    }
  }

  @Override
  public void take(long more) {
    requireMemory(more);
    charge(more);
  }

  /** Adds to what the domain uses, unchecked; negative to give back. */
  void charge(long more) {
    bytes += more;
    if (bytes >= effective(Quota.SOFT_MEMORY) && !warned) {
      warned = true;
      LOG.warn("domain {} uses {} bytes of the store", domid, bytes);
    }
  }

  public long bytes() {
    return bytes;
  }

  public int nodes() {
    return nodes;
  }

  public int watches() {
    return watches;
  }

  public int transactions() {
    return transactions;
  }

  /** Undoes what was set for this domain in particular: the next one of its id starts afresh. */
  void reset() {
    own = null;
    features = FEATURES;
    target = NONE;
    shutdown = false;
  }

  /** True when nothing would be lost by forgetting this domain. */
  boolean forgettable() {
    return !introduced()
        && connections == 0
        && mentions == 0
        && bytes == 0
        && watches == 0
        && transactions == 0
        && own == null
        && features == FEATURES;
  }
}
