package io.xengarden.cli.command;

import io.xengarden.cli.cluster.ClusterDirectory;
import io.xengarden.cli.cluster.ClusterPlan;
import io.xengarden.cli.cluster.HostRecord;
import io.xengarden.cli.toolstack.Hosts;
import io.xengarden.cli.toolstack.ToolstackFailure;
import java.util.List;
import java.util.Optional;

/** One run of a command: its surroundings, its cluster, and connections made when first needed. */
public final class Session implements AutoCloseable {
  private final Streams streams;
  private final ClusterDirectory cluster;
  private final Optional<String> chosenHost;
  private Hosts hosts;

  /**
   * @param chosenHost what {@code -H} named
   */
  public Session(Streams streams, ClusterDirectory cluster, Optional<String> chosenHost) {
    this.streams = streams;
    this.cluster = cluster;
    this.chosenHost = chosenHost;
  }

  public Streams streams() {
    return streams;
  }

  public ClusterDirectory cluster() {
    return cluster;
  }

  public Optional<String> chosenHost() {
    return chosenHost;
  }

  /** The hosts of the cluster that is up. */
  public Hosts hosts() throws ToolstackFailure {
    if (hosts == null) {
      hosts = new Hosts(running(), chosenHost);
    }
    return hosts;
  }

  private List<HostRecord> running() throws ToolstackFailure {
    Optional<ClusterPlan> plan = cluster.plan();
    if (plan.isEmpty()) {
      throw ToolstackFailure.unreachable(
          "no cluster is up in " + cluster.path() + " (start one: xengarden up)");
    }
    if (chosenHost.isPresent() && !plan.get().names().contains(chosenHost.get())) {
      throw ToolstackFailure.unreachable("no host named " + chosenHost.get());
    }
    return cluster.running(plan.get());
  }

  @Override
  public void close() {
    if (hosts != null) {
      hosts.close();
    }
  }
}
