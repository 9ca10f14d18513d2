package io.xengarden.cli.toolstack;

import io.xengarden.cli.cluster.HostRecord;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.DomainSelector;
import io.xengarden.proto.v1.GetDomainRequest;
import io.xengarden.proto.v1.ToolstackError.Reason;
import java.util.ArrayList;
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

  /** The host a command without a domain talks to. */
  public HostConnection standard() throws ToolstackFailure {
    return named(chosen.orElse(STANDARD));
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

  /** Hosts that cannot be asked are skipped, unless no other one has the domain. */
  private Target findEverywhere(String name) throws ToolstackFailure {
    ToolstackFailure missing = null;
    ToolstackFailure unreachable = null;
    for (HostRecord record : records) {
      try {
        HostConnection host = connection(record);
        DomainInfo domain = describe(host, byName(name));
        if (!domain.getLost()) {
          return new Target(host, domain.getDomid());
        }
      } catch (ToolstackFailure e) {
        if (e.isUnreachable()) {
          unreachable = e;
        } else if (e.reason() == Reason.REASON_NO_SUCH_DOMAIN) {
          missing = e;
        } else {
          throw e;
        }
      }
    }
    if (unreachable != null) {
      throw unreachable;
    }
    throw missing != null
        ? missing
        : ToolstackFailure.unreachable("no running host has domain " + name);
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
