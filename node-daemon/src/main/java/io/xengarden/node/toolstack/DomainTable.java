package io.xengarden.node.toolstack;

import io.xengarden.abi.Domid;
import io.xengarden.proto.v1.DomainSelector;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;

/** The domains of this host, by instance. Names and uuids are unique among them. */
final class DomainTable {
  private static final int MAX_DOMID_DIGITS = 9;

  private final TreeMap<Long, DomainRecord> byInstance = new TreeMap<>();

  void add(DomainRecord record) {
    byInstance.put(record.instance(), record);
  }

  void remove(DomainRecord record) {
    byInstance.remove(record.instance());
  }

  Collection<DomainRecord> all() {
    return byInstance.values();
  }

  boolean isEmpty() {
    return byInstance.isEmpty();
  }

  int size() {
    return byInstance.size();
  }

  Optional<DomainRecord> byInstance(long instance) {
    return Optional.ofNullable(byInstance.get(instance));
  }

  /** The domain that has a name. One that is over has given it up, as on Xen. */
  Optional<DomainRecord> byName(String name) {
    return first(record -> record.name().equals(name) && !record.isOver());
  }

  /** Whether a domain has a name, or will when it is adopted or thawed. */
  boolean isNameTaken(String name) {
    return byName(name).isPresent()
        || first(record -> record.relocation().isPresent() && record.plan().name().equals(name))
            .isPresent();
  }

  Optional<DomainRecord> byUuid(UUID uuid) {
    return first(record -> record.uuid().equals(uuid) && !record.isOver());
  }

  Optional<DomainRecord> byDomid(Domid domid) {
    return first(record -> record.domid().equals(Optional.of(domid)));
  }

  Optional<DomainRecord> find(DomainSelector selector) {
    return switch (selector.getByCase()) {
      case DOMID -> ofNumber(selector.getDomid());
      case NAME -> ofNameOrNumber(selector.getName());
      case UUID -> DomainNames.parseUuid(selector.getUuid()).flatMap(this::byUuid);
      case BY_NOT_SET -> Optional.empty();
    };
  }

  /** Whether a selector means the host's own domain. */
  static boolean isDomain0(DomainSelector selector) {
    return switch (selector.getByCase()) {
      case DOMID -> selector.getDomid() == 0;
      case NAME ->
          selector.getName().equals(DomainNames.DOMAIN_0) || selector.getName().matches("0{1,9}");
      case UUID -> selector.getUuid().equals(new UUID(0, 0).toString());
      case BY_NOT_SET -> false;
    };
  }

  /** As in xl: digits only are a domid. */
  private Optional<DomainRecord> ofNameOrNumber(String name) {
    if (!name.matches("\\d+")) {
      return byName(name);
    }
    return name.length() <= MAX_DOMID_DIGITS ? ofNumber(Integer.parseInt(name)) : Optional.empty();
  }

  private Optional<DomainRecord> ofNumber(int number) {
    return number >= 0 && number < Domid.FIRST_RESERVED
        ? byDomid(Domid.of(number))
        : Optional.empty();
  }

  private Optional<DomainRecord> first(Predicate<DomainRecord> wanted) {
    return byInstance.values().stream().filter(wanted).findFirst();
  }

  /** A copy, for loops that change the table. */
  List<DomainRecord> snapshot() {
    return List.copyOf(byInstance.values());
  }
}
