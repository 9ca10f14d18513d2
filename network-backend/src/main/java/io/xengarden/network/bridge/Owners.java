package io.xengarden.network.bridge;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.UUID;

/**
 * Who may send in a domain's name, for all bridges of one host. Epochs only grow, for one uuid
 * through all its lives, so the newest one seen is all that must be remembered. Any thread.
 */
public final class Owners {
  /**
   * Domains remembered, more than a cluster runs. Beyond it the one that was looked at longest ago
   * is forgotten, unless it is of this host.
   */
  public static final int MAX_DOMAINS = 131_072;

  private static final float LOAD = 0.75f;

  /** The one that was looked at longest ago first. */
  private final LinkedHashMap<UUID, Owner> domains = new LinkedHashMap<>(16, LOAD, true);

  /** This host owns the domain under this epoch, which is at least 1. */
  public synchronized void own(UUID uuid, long epoch) {
    find(uuid).own(epoch);
  }

  /** This host does not own it any more. */
  public synchronized void disown(UUID uuid) {
    find(uuid).disown();
  }

  /** Somebody owns the domain, or has owned it, under this epoch, which is at least 1. */
  public synchronized void see(UUID uuid, long epoch) {
    find(uuid).see(epoch);
  }

  /** For a port; given back by {@link #release}. */
  synchronized Owner hold(UUID uuid) {
    Owner owner = find(uuid);
    owner.ports++;
    return owner;
  }

  synchronized void release(Owner owner) {
    owner.ports--;
  }

  /** A frame of the domain came from another host: who it is, or null when it is stale. */
  synchronized Owner admit(UUID uuid, long epoch) {
    if (epoch < 1) {
      return null;
    }
    Owner owner = find(uuid);
    if (!owner.admits(epoch)) {
      return null;
    }
    owner.see(epoch);
    return owner;
  }

  private Owner find(UUID uuid) {
    Owner known = domains.get(uuid);
    if (known != null) {
      return known;
    }
    if (domains.size() >= MAX_DOMAINS) {
      forgetOne();
    }
    Owner owner = new Owner(uuid);
    domains.put(uuid, owner);
    return owner;
  }

  private void forgetOne() {
    for (Iterator<Owner> eldest = domains.values().iterator(); eldest.hasNext(); ) {
      if (!eldest.next().isInUse()) {
        eldest.remove();
        return;
      }
    }
  }

  synchronized int size() {
    return domains.size();
  }
}
