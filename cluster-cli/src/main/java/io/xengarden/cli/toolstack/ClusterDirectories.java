package io.xengarden.cli.toolstack;

import io.xengarden.cli.toolstack.Everywhere.Answer;
import io.xengarden.proto.v1.ClusterHost;
import io.xengarden.proto.v1.HostState;
import io.xengarden.proto.v1.ListClusterDomainsRequest;
import io.xengarden.proto.v1.ListClusterDomainsResponse;
import io.xengarden.proto.v1.ListClusterHostsRequest;
import io.xengarden.proto.v1.ListClusterHostsResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The hosts' directories. Each host has its own; they differ for a while after a failure. */
public final class ClusterDirectories {
  /** A host that has not answered by then is not waited for. */
  public static final long ANSWER_SECONDS = 2;

  private ClusterDirectories() {}

  /** What one host says of the cluster. */
  public record View(ListClusterHostsResponse hosts, ListClusterDomainsResponse domains) {
    long hostsUp() {
      return hosts.getHostsList().stream().filter(View::isUp).count();
    }

    private static boolean isUp(ClusterHost host) {
      return host.getState() == HostState.HOST_STATE_UP;
    }

    /** Whether every host of these names is Up. */
    public boolean areUp(List<String> names) {
      return hosts.getHostsList().stream()
          .filter(View::isUp)
          .map(ClusterHost::getName)
          .toList()
          .containsAll(names);
    }

    public Optional<ClusterHost> host(String name) {
      return hosts.getHostsList().stream().filter(h -> h.getName().equals(name)).findFirst();
    }
  }

  /** What each host says, those that do not answer in time left out. */
  public static List<View> all(List<HostConnection> hosts) {
    return Everywhere.ask(hosts, ClusterDirectories::view).stream()
        .map(Answer::value)
        .flatMap(Optional::stream)
        .toList();
  }

  /**
   * The view of a host that sees the most others: one that is cut off knows least. Empty when no
   * host answers.
   */
  public static Optional<View> best(List<HostConnection> hosts) {
    return all(hosts).stream()
        .max(
            Comparator.<View, Boolean>comparing(view -> view.domains().getRegisterReachable())
                .thenComparing(View::hostsUp));
  }

  private static View view(HostConnection host) throws ToolstackFailure {
    return new View(
        host.askCluster(
            ANSWER_SECONDS,
            stub -> stub.listClusterHosts(ListClusterHostsRequest.getDefaultInstance())),
        domains(host));
  }

  /** One host's list of the cluster's domains. */
  static ListClusterDomainsResponse domains(HostConnection host) throws ToolstackFailure {
    return host.askCluster(
        ANSWER_SECONDS,
        stub -> stub.listClusterDomains(ListClusterDomainsRequest.getDefaultInstance()));
  }
}
