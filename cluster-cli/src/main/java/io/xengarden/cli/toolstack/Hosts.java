package io.xengarden.cli.toolstack;

import io.xengarden.cli.cluster.HostRecord;
import io.xengarden.cli.toolstack.Everywhere.Answer;
import io.xengarden.proto.v1.ClusterDomain;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.DomainSelector;
import io.xengarden.proto.v1.GetDomainRequest;
import io.xengarden.proto.v1.ListClusterDomainsResponse;
import io.xengarden.proto.v1.ToolstackError.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The hosts a command may talk to, and which one a DOMAIN argument means. */
public final class Hosts implements AutoCloseable {
  private final List<HostRecord> records;
  private final Optional<String> chosen;
  private final Map<String, HostConnection> open = new LinkedHashMap<>();

  /** The host that commands without a domain talk to when {@code -H} names none. */
  public static final String STANDARD = "host1";

  /**
   * @param records the running hosts, in order
   * @param chosen the host named by {@code -H}
   */
  public Hosts(List<HostRecord> records, Optional<String> chosen) {
    this.records = records;
    this.chosen = chosen;
  }

  /** The host a command without a domain talks to; the first that runs, when host1 does not. */
  public HostConnection standard() throws ToolstackFailure {
    if (chosen.isPresent() || records.isEmpty()) {
      return named(chosen.orElse(STANDARD));
    }
    return connection(records.getFirst());
  }

  /** Every running host, or only the one that {@code -H} names. */
  public List<HostConnection> all() throws ToolstackFailure {
    if (chosen.isPresent()) {
      return List.of(standard());
    }
    List<HostConnection> all = new ArrayList<>();
    for (HostRecord record : records) {
      all.add(connection(record));
    }
    return all;
  }

  private HostConnection named(String name) throws ToolstackFailure {
    for (HostRecord record : records) {
      if (record.name().equals(name)) {
        return connection(record);
      }
    }
    throw ToolstackFailure.unreachable(name + " is not running");
  }

  /** A domid is taken as it is, on the standard host; a name is looked for on every host. */
  public Target find(String argument) throws ToolstackFailure {
    if (Target.isDomid(argument)) {
      return new Target(standard(), Integer.parseInt(argument));
    }
    if (chosen.isPresent()) {
      HostConnection host = standard();
      return new Target(host, describe(host, byName(argument)).getDomid());
    }
    return findEverywhere(argument);
  }

  /** Where any host's directory says that it is; a domain that no directory knows is looked for. */
  private Target findEverywhere(String name) throws ToolstackFailure {
    if (records.size() > 1) {
      List<Answer<ListClusterDomainsResponse>> listed =
          Everywhere.askFirst(all(), ClusterDirectories::domains);
      Optional<Target> known = known(name, listed);
      if (known.isPresent()) {
        return known.get();
      }
    }
    return search(name);
  }

  /** A name means the running domain before a lost one. */
  private Optional<Target> known(String name, List<Answer<ListClusterDomainsResponse>> listed)
      throws ToolstackFailure {
    List<ClusterDomain> named =
        listed.stream()
            .flatMap(answer -> answer.value().stream())
            .flatMap(list -> list.getDomainsList().stream())
            .filter(domain -> domain.getName().equals(name))
            .toList();
    for (ClusterDomain domain : named) {
      if (!domain.getLost()) {
        Optional<Target> target = on(domain.getHost(), name);
        if (target.isPresent()) {
          return target;
        }
      }
    }
    for (ClusterDomain domain : named) {
      if (domain.getLost()) {
        throw ToolstackFailure.lost(name, domain.getHost());
      }
    }
    return Optional.empty();
  }

  private Optional<Target> on(String host, String name) throws ToolstackFailure {
    HostConnection connection = named(host);
    try {
      return Optional.of(new Target(connection, describe(connection, byName(name)).getDomid()));
    } catch (ToolstackFailure e) {
      if (e.reason() == Reason.REASON_NO_SUCH_DOMAIN) {
        return Optional.empty(); // it has moved, or changed its name
      }
      throw e;
    }
  }

  /** Hosts that cannot be asked are skipped, unless no other one has the domain. */
  private Target search(String name) throws ToolstackFailure {
    List<Answer<DomainInfo>> answers = Everywhere.ask(all(), host -> describe(host, byName(name)));
    for (Answer<DomainInfo> answer : answers) {
      if (answer.value().filter(domain -> !domain.getLost()).isPresent()) {
        return new Target(named(answer.host()), answer.value().get().getDomid());
      }
    }
    throw answers.stream()
        .flatMap(answer -> answer.failure().stream())
        .max(Comparator.comparing(failure -> failure.reason() != Reason.REASON_NO_SUCH_DOMAIN))
        .orElseGet(() -> ToolstackFailure.unreachable("no running host has domain " + name));
  }

  /** What the host says of one domain. */
  public static DomainInfo describe(HostConnection host, DomainSelector selector)
      throws ToolstackFailure {
    GetDomainRequest request = GetDomainRequest.newBuilder().setDomain(selector).build();
    return host.call(stub -> stub.getDomain(request)).getDomain();
  }

  public static DomainSelector byName(String name) {
    return DomainSelector.newBuilder().setName(name).build();
  }

  private HostConnection connection(HostRecord record) throws ToolstackFailure {
    HostConnection connection = open.get(record.name());
    if (connection == null) {
      connection = HostConnection.open(record.name(), record.grpc());
      open.put(record.name(), connection);
    }
    return connection;
  }

  @Override
  public void close() {
    open.values().forEach(HostConnection::close);
    open.clear();
  }
}
