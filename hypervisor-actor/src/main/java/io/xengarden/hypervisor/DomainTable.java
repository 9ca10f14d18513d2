package io.xengarden.hypervisor;

import io.xengarden.abi.Domid;
import java.util.Collection;
import java.util.TreeMap;

/** The domUs of this host by domid, dying ones included. */
final class DomainTable {
  private final TreeMap<Integer, DomainEntry> byDomid = new TreeMap<>();

  /** Null when there is none. */
  DomainEntry get(Domid domid) {
    return byDomid.get(domid.value());
  }

  /** Null when there is none, or it is dying. */
  DomainEntry alive(Domid domid) {
    DomainEntry domain = get(domid);
    return domain == null || domain.isDying() ? null : domain;
  }

  void add(DomainEntry domain) {
    byDomid.put(domain.domid().value(), domain);
  }

  void remove(DomainEntry domain) {
    byDomid.remove(domain.domid().value(), domain);
  }

  /** By domid. */
  Collection<DomainEntry> all() {
    return byDomid.values();
  }
}
