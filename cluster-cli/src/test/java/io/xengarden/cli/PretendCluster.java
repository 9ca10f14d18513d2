package io.xengarden.cli;

import io.xengarden.cli.cluster.ClusterDirectory;
import io.xengarden.cli.cluster.ClusterPlan;
import io.xengarden.cli.cluster.HostProcess;
import io.xengarden.cli.cluster.HostRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Files that say hosts run, at the given addresses, as this test's own process. */
public final class PretendCluster {
  private PretendCluster() {}

  /** host1 is at the first address, host2 at the second, … */
  public static void write(Path directory, List<String> addresses) throws IOException {
    ClusterDirectory cluster = new ClusterDirectory(directory);
    cluster.writePlan(new ClusterPlan(addresses.size(), 8, 16384, false, false));
    long pid = ProcessHandle.current().pid();
    for (int i = 0; i < addresses.size(); i++) {
      String host = "host" + (i + 1);
      cluster.writeProcess(host, HostProcess.of(pid));
      cluster.writeRecord(new HostRecord(host, pid, addresses.get(i), "", ""));
    }
  }

  /** Makes a host look ended: its process is one that never was. */
  public static void end(Path directory, String host) throws IOException {
    new ClusterDirectory(directory)
        .writeProcess(host, new HostProcess(ProcessHandle.current().pid(), "another birth"));
  }
}
