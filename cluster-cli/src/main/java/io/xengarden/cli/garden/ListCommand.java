package io.xengarden.cli.garden;

import io.xengarden.cli.command.Session;
import io.xengarden.cli.text.Json;
import io.xengarden.cli.text.Row;
import io.xengarden.cli.toolstack.ClusterDirectories;
import io.xengarden.cli.toolstack.Everywhere;
import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.proto.v1.ClusterDomain;
import io.xengarden.proto.v1.DomainFlags;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.ListDomainsRequest;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code list}: every domain of the cluster. Which there are and who owns them is the register's
 * word; what they do, their owner's.
 */
final class ListCommand {
  private static final long KIB_PER_MIB = 1024;
  private static final String UNKNOWN = "unknown";

  private final Session session;

  ListCommand(Session session) {
    this.session = session;
  }

  void run(boolean json) throws ToolstackFailure {
    List<HostConnection> hosts = session.hosts().all();
    ClusterDirectories.View view =
        ClusterDirectories.best(hosts)
            .orElseThrow(() -> ToolstackFailure.unreachable("no host answers"));
    Map<String, String> states = states(hosts);
    List<ClusterDomain> domains =
        view.domains().getDomainsList().stream()
            .sorted(
                Comparator.comparing(ClusterDomain::getName).thenComparing(ClusterDomain::getUuid))
            .toList();
    PrintStream out = session.streams().out();
    if (json) {
      out.println(
          Json.array(domains.stream().map(domain -> toJson(domain, states)).toList()).pretty());
    } else {
      table(out, domains, states);
    }
    if (!view.domains().getRegisterReachable()) {
      session.streams().err().println("xengarden: the array is not reachable: as last known");
    }
  }

  /** By owner and uuid: a word of a host about a domain that it does not own counts for nothing. */
  private static Map<String, String> states(List<HostConnection> hosts) {
    Map<String, String> states = new HashMap<>();
    Everywhere.ask(
            hosts,
            host ->
                host.call(
                    ClusterDirectories.ANSWER_SECONDS,
                    stub -> stub.listDomains(ListDomainsRequest.getDefaultInstance())))
        .forEach(
            answer ->
                answer.value().stream()
                    .flatMap(list -> list.getDomainsList().stream())
                    .forEach(domain -> states.put(answer.host() + domain.getUuid(), word(domain))));
    return states;
  }

  private static String word(DomainInfo domain) {
    DomainFlags flags = domain.getFlags();
    if (flags.getDying()) {
      return "dying";
    }
    if (flags.getShutdown()) {
      return "shutdown";
    }
    return flags.getPaused() ? "paused" : "running";
  }

  private static String state(ClusterDomain domain, Map<String, String> states) {
    return domain.getLost()
        ? "lost"
        : states.getOrDefault(domain.getHost() + domain.getUuid(), UNKNOWN);
  }

  private static Json toJson(ClusterDomain domain, Map<String, String> states) {
    return Json.fields()
        .with("name", domain.getName())
        .with("uuid", domain.getUuid())
        .with("host", domain.getHost())
        .with("state", state(domain, states))
        .with("memoryMiB", domain.getMemoryKib() / KIB_PER_MIB)
        .with("vcpus", domain.getVcpus())
        .with("epoch", domain.getEpoch());
  }

  private static void table(
      PrintStream out, List<ClusterDomain> domains, Map<String, String> states) {
    out.println(
        new Row()
            .left("NAME", 24)
            .left("HOST", 8)
            .left("STATE", 10)
            .right("MEMORY", 8)
            .right("VCPUS", 7)
            .text("  UUID"));
    for (ClusterDomain domain : domains) {
      out.println(
          new Row()
              .left(domain.getName(), 24)
              .left(domain.getHost(), 8)
              .left(state(domain, states), 10)
              .right(domain.getMemoryKib() / KIB_PER_MIB, 8)
              .right(domain.getVcpus(), 7)
              .text("  " + domain.getUuid()));
    }
  }
}
