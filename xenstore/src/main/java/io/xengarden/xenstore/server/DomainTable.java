package io.xengarden.xenstore.server;

import io.xengarden.xenstore.tree.NodeLedger;
import io.xengarden.xenstore.tree.Permissions;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The domains that the store has to do with, by domid; one that left no trace is forgotten. */
final class DomainTable implements NodeLedger {
  private final Map<Quota, Integer> defaults = new EnumMap<>(Quota.class);
  private final TreeMap<Integer, Domain> domains = new TreeMap<>();

  DomainTable() {
    for (Quota quota : Quota.values()) {
      defaults.put(quota, quota.initial());
    }
  }

  /** The domain, made known if it was not. */
  Domain of(int domid) {
    return domains.computeIfAbsent(domid, id -> new Domain(id, defaults::get));
  }

  /** The domain, or null if there is nothing to know of it. */
  Domain known(int domid) {
    return domains.get(domid);
  }

  void tidy(int domid) {
    Domain domain = domains.get(domid);
    if (domain != null && domain.forgettable()) {
      domains.remove(domid);
    }
  }

  void forEach(Consumer<Domain> visitor) {
    domains.values().forEach(visitor);
  }

  int defaultLimit(Quota quota) {
    return defaults.get(quota);
  }

  void setDefaultLimit(Quota quota, int limit) {
    defaults.put(quota, limit);
  }

  @Override
  public void added(Permissions permissions, int bytes) {
    count(permissions, bytes, 1);
  }

  @Override
  public void removed(Permissions permissions, int bytes) {
    count(permissions, -bytes, -1);
    for (int i = 0; i < permissions.size(); i++) {
      tidy(permissions.domid(i));
    }
  }

  private void count(Permissions permissions, int bytes, int nodes) {
    Domain owner = of(permissions.owner());
    owner.nodes += nodes;
    owner.charge(bytes);
    for (int i = 0; i < permissions.size(); i++) {
      of(permissions.domid(i)).mentions += nodes;
    }
  }
}
