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
  private final String daemon;

  public LocalCluster(Path directory, PrintStream progress) {
    this(directory, progress, HostStarter.DAEMON);
  }

  /** For tests, which stand in for the daemon with a main class of their own. */
  LocalCluster(Path directory, PrintStream progress, String daemon) {
    this.directory = new ClusterDirectory(directory);
    this.progress = progress;
    this.daemon = daemon;
  }

  public ClusterDirectory directory() {
    return directory;
  }

  /** Starts every host; returns when all serve. */
  public List<HostRecord> up(ClusterPlan plan) throws ClusterError {
    try (Closeable _ = directory.lock()) {
      refuseIfRunning();
      directory.writePlan(plan);
      boolean up = false;
      try {
        List<HostRecord> records = new HostStarter(directory, plan, progress, daemon).startAll();
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
    for (String host : plan.get().names()) {
      if (directory.process(host).isPresent()) {
        throw new ClusterError("a cluster is already up in " + directory.path());
      }
    }
  }

  /** Ends every host. Returns how many were running. */
  public int down() throws ClusterError {
    try (Closeable _ = directory.lock()) {
      Optional<ClusterPlan> plan = directory.plan();
      int stopped = 0;
      if (plan.isPresent()) {
        stopped = stopAll(plan.get());
        directory.removePlan();
      }
      return stopped;
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private int stopAll(ClusterPlan plan) throws ClusterError, IOException {
    List<Thread> waiting = new ArrayList<>();
    List<ClusterError> errors = Collections.synchronizedList(new ArrayList<>());
    int running = 0;
    for (String host : plan.names()) {
      Optional<HostProcess> process = directory.process(host);
      if (process.isPresent()) {
        progress.println(host + ": stopping");
        running++;
        waiting.add(Thread.ofVirtual().start(() -> stop(process.get(), errors)));
      }
    }
    for (Thread thread : waiting) {
      join(thread);
    }
    if (!errors.isEmpty()) {
      throw errors.getFirst();
    }
    for (String host : plan.names()) {
      directory.removeProcess(host);
    }
    return running;
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
      return new HostStarter(directory, plan, progress, daemon).start(host);
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
    if (!plan.names().contains(host)) {
      throw new ClusterError("no host named " + host + " (there are " + names(plan) + ")");
    }
    return plan;
  }

  private static String names(ClusterPlan plan) {
    return String.join(", ", plan.names());
  }

  private HostProcess runningProcess(String host) throws ClusterError {
    return directory.process(host).orElseThrow(() -> new ClusterError(host + " is not running"));
  }

  private ClusterError unusable(IOException e) {
    return new ClusterError("cannot use " + directory.path() + ": " + ClusterError.reason(e));
  }
}
