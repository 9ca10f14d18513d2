package io.xengarden.cli.garden;

import io.xengarden.cli.cluster.ClusterError;
import io.xengarden.cli.cluster.ClusterPlan;
import io.xengarden.cli.cluster.HostRecord;
import io.xengarden.cli.cluster.LocalCluster;
import io.xengarden.cli.toolstack.ClusterDirectories;
import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.Hosts;
import io.xengarden.cli.toolstack.ToolstackFailure;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** An adapter: {@code up}, which returns when every host is Up in every host's directory. */
final class UpCommand {
  /** Longer than a host that finds nobody needs to form the cluster. */
  static final long UP_SECONDS = 30;

  /** Between two looks: membership itself changes about five times a second. */
  private static final long LOOK_AGAIN_MS = 100;

  private final LocalCluster cluster;
  private final PrintStream progress;

  UpCommand(LocalCluster cluster, PrintStream progress) {
    this.cluster = cluster;
    this.progress = progress;
  }

  void run(ClusterPlan plan) throws ClusterError, ToolstackFailure {
    List<HostRecord> records = cluster.up(plan);
    boolean up = false;
    try (Hosts hosts = new Hosts(records, Optional.empty())) {
      awaitUp(hosts.all(), plan.names());
      up = true;
    } finally {
      if (!up) {
        cluster.down();
      }
    }
    progress.println(plan.hosts() == 1 ? "host1 is Up" : plan.hosts() + " hosts are Up");
  }

  private void awaitUp(List<HostConnection> hosts, List<String> names) throws ClusterError {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(UP_SECONDS);
    while (!areUpEverywhere(hosts, names)) {
      if (System.nanoTime() > deadline) {
        throw new ClusterError(
            "the hosts did not find one another within " + UP_SECONDS + " seconds");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_AGAIN_MS));
    }
  }

  private static boolean areUpEverywhere(List<HostConnection> hosts, List<String> names) {
    List<ClusterDirectories.View> views = ClusterDirectories.all(hosts);
    return views.size() == names.size() && views.stream().allMatch(view -> view.areUp(names));
  }
}
