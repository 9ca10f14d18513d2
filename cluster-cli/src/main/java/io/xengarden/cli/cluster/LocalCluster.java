package io.xengarden.cli.cluster;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** An adapter: the life of a local cluster, up, down, and its single hosts' processes. */
public final class LocalCluster {
  private final ClusterDirectory directory;
  private final PrintStream progress;
  private final Daemons daemons;

  public LocalCluster(Path directory, PrintStream progress) {
    this(directory, progress, Daemons.STANDARD);
  }

  /** For tests, which stand in for the daemons with main classes of their own. */
  LocalCluster(Path directory, PrintStream progress, Daemons daemons) {
    this.directory = new ClusterDirectory(directory);
    this.progress = progress;
    this.daemons = daemons;
  }

  public ClusterDirectory directory() {
    return directory;
  }

  /** Starts the array and every host; returns when all serve. */
  public List<HostRecord> up(ClusterPlan plan) throws ClusterError {
    try (Closeable _ = directory.lock()) {
      refuseIfRunning();
      directory.writePlan(plan);
      boolean up = false;
      try {
        List<HostRecord> records = new HostStarter(directory, progress, daemons).startAll(plan);
        up = true;
        return records;
      } finally {
        if (!up) {
          directory.removePlan();
        }
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private void refuseIfRunning() throws ClusterError {
    Optional<ClusterPlan> plan = directory.plan();
    if (plan.isEmpty()) {
      return;
    }
    for (String name : withArray(plan.get())) {
      if (directory.process(name).isPresent()) {
        throw new ClusterError("a cluster is already up in " + directory.path());
      }
    }
  }

  private static List<String> withArray(ClusterPlan plan) {
    List<String> names = new ArrayList<>(plan.names());
    names.add(ClusterPlan.ARRAY);
    return names;
  }

  /** Ends every host, then the array. Returns how many processes were running. */
  public int down() throws ClusterError {
    try (Closeable _ = directory.lock()) {
      Optional<ClusterPlan> plan = directory.plan();
      int stopped = 0;
      if (plan.isPresent()) {
        // The hosts first: they give back what they own.
        stopped = stopAll(plan.get().names()) + stopAll(List.of(ClusterPlan.ARRAY));
        directory.removePlan();
      }
      return stopped;
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private int stopAll(List<String> names) throws ClusterError, IOException {
    List<Thread> waiting = new ArrayList<>();
    List<ClusterError> errors = Collections.synchronizedList(new ArrayList<>());
    for (String name : names) {
      Optional<HostProcess> process = directory.process(name);
      if (process.isPresent()) {
        progress.println(name + ": stopping");
        waiting.add(Thread.ofVirtual().start(() -> stop(process.get(), errors)));
      }
    }
    for (Thread thread : waiting) {
      join(thread);
    }
    if (!errors.isEmpty()) {
      throw errors.getFirst();
    }
    for (String name : names) {
      directory.removeProcess(name);
    }
    return waiting.size();
  }

  private static void stop(HostProcess process, List<ClusterError> errors) {
    try {
      process.stop();
    } catch (ClusterError e) {
      errors.add(e);
    }
  }

  private static void join(Thread thread) throws ClusterError {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterError("interrupted");
    }
  }

  /** SIGKILL, as a power failure would; returns once the process is gone. */
  public void kill(String host) throws ClusterError {
    ClusterPlan plan = planFor(host);
    if (plan.inProcess()) {
      throw new ClusterError(
          "hosts of an --in-process cluster share one process: "
              + host
              + " cannot be killed alone");
    }
    runningProcess(host).kill();
  }

  /** SIGSTOP or SIGCONT. */
  public void signal(String host, String signal) throws ClusterError {
    ClusterPlan plan = planFor(host);
    if (plan.inProcess()) {
      throw new ClusterError(
          "hosts of an --in-process cluster share one process: "
              + host
              + " cannot be stopped or continued alone");
    }
    runningProcess(host).signal(signal);
  }

  /** Starts a host that is down. */
  public HostRecord start(String host) throws ClusterError {
    ClusterPlan plan = planFor(host);
    try (Closeable _ = directory.lock()) {
      if (directory.process(host).isPresent()) {
        throw new ClusterError(host + " is already running");
      }
      if (plan.inProcess()) {
        throw new ClusterError("hosts of an --in-process cluster cannot be started alone");
      }
      return new HostStarter(directory, progress, daemons).start(plan, host);
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** The plan of the running cluster. */
  public ClusterPlan plan() throws ClusterError {
    return directory
        .plan()
        .orElseThrow(
            () ->
                new ClusterError(
                    "no cluster is up in " + directory.path() + " (start one: xengarden up)"));
  }

  private ClusterPlan planFor(String host) throws ClusterError {
    ClusterPlan plan = plan();
    List<String> names = withArray(plan);
    if (!names.contains(host)) {
      throw new ClusterError(
          "no host named " + host + " (there are " + String.join(", ", names) + ")");
    }
    return plan;
  }

  private HostProcess runningProcess(String host) throws ClusterError {
    return directory.process(host).orElseThrow(() -> new ClusterError(host + " is not running"));
  }

  private ClusterError unusable(IOException e) {
    return new ClusterError("cannot use " + directory.path() + ": " + ClusterError.reason(e));
  }
}
