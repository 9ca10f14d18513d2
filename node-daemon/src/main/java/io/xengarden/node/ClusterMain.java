package io.xengarden.node;

import io.xengarden.node.Arguments.BadArguments;
import io.xengarden.node.adapter.DaemonLog;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole cluster in one process: the array and its hosts, each with the actors, the gRPC server
 * and the membership node that it has in a process of its own. Prints a READY line for the array
 * and for each host.
 */
public final class ClusterMain {
  private static final String USAGE =
      "usage: ClusterMain --dir DIR --hosts N [--cpus N] [--memory-mib N] [--grpc-port N]";

  private static final int MAX_HOSTS = 64;
  private static final int EXIT_FAILED = 1;
  private static final int EXIT_USAGE = 2;

  private final ArrayMain array;
  private final List<NodeMain> hosts;
  private final AtomicBoolean stopping = new AtomicBoolean();

  private ClusterMain(ArrayMain array, List<NodeMain> hosts) {
    this.array = array;
    this.hosts = hosts;
  }

  /**
   * @param grpcPort preferred by the array; the hosts prefer those that follow
   */
  private record Options(Path dir, int hosts, int cpus, long memoryMib, int grpcPort) {
    static Options parse(String... words) throws BadArguments {
      Arguments arguments = new Arguments(words);
      Optional<Path> dir = Optional.empty();
      int hosts = 0;
      int cpus = NodeOptions.DEFAULT_CPUS;
      long memoryMib = NodeOptions.DEFAULT_MEMORY_MIB;
      int port = 0;
      while (!arguments.isEmpty()) {
        String option = arguments.next();
        switch (option) {
          case "--dir" -> dir = Optional.of(Path.of(arguments.value(option)).toAbsolutePath());
          case "--hosts" -> hosts = (int) arguments.number(option, MAX_HOSTS);
          case "--cpus" -> cpus = (int) arguments.number(option, Integer.MAX_VALUE);
          case "--memory-mib" -> memoryMib = arguments.number(option, Long.MAX_VALUE);
          case "--grpc-port" -> port = arguments.port(option);
          default -> throw Arguments.unknown(option);
        }
      }
      if (dir.isEmpty() || hosts == 0) {
        throw new BadArguments("--dir and --hosts are needed");
      }
      return new Options(dir.get(), hosts, cpus, memoryMib, port);
    }

    ArrayMain.Options array() {
      return new ArrayMain.Options(dir, grpcPort, false);
    }

    NodeOptions host(int number, InetSocketAddress array) throws BadArguments {
      return new NodeOptions(
          dir,
          NodeOptions.settings("host" + number, cpus, memoryMib),
          grpcPort == 0 ? 0 : grpcPort + number,
          Optional.of(array));
    }
  }

  public static void main(String... words) {
    DaemonLog.start();
    try {
      ClusterMain cluster = start(Options.parse(words));
      Runtime.getRuntime().addShutdownHook(new Thread(cluster::stop, "stop"));
      String why = cluster.end().join();
      if (!cluster.stopping.get()) {
        log().error("the cluster ends: {}", why);
      }
      System.exit(EXIT_FAILED); // waits for the hook when that is what ends it
    } catch (BadArguments e) {
      System.err.println(e.getMessage());
      System.err.println(USAGE);
      System.exit(EXIT_USAGE);
    } catch (Exception e) {
      log().error("the cluster cannot start: {}", e.getMessage());
      System.exit(EXIT_FAILED);
    }
  }

  private static ClusterMain start(Options options) throws Exception {
    ArrayMain array = ArrayMain.start(options.array());
    InetSocketAddress address = NodeOptions.address(array.address());
    List<Callable<NodeMain>> starts = new ArrayList<>();
    for (int number = 1; number <= options.hosts(); number++) {
      NodeOptions host = options.host(number, address);
      starts.add(() -> NodeMain.start(host));
    }
    return new ClusterMain(array, all(starts));
  }

  /** At the same time; the first failure is the failure of all. */
  private static <T> List<T> all(List<Callable<T>> tasks) throws Exception {
    List<T> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
      for (Future<T> result : threads.invokeAll(tasks)) {
        results.add(result.get());
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
    return results;
  }

  /** Completes, with the reason, when any part has ended by itself. */
  private CompletableFuture<String> end() {
    CompletableFuture<String> end = new CompletableFuture<>();
    array.end().thenAccept(end::complete);
    for (int i = 0; i < hosts.size(); i++) {
      String host = "host" + (i + 1);
      hosts.get(i).end().thenAccept(_ -> end.complete(host + " has ended"));
    }
    return end;
  }

  private void stop() {
    stopping.set(true);
    try {
      all(hosts.stream().map(host -> Executors.callable(host::stop)).toList());
    } catch (Exception e) {
      log().warn("the cluster did not end in order: {}", e.toString());
    }
    array.stop();
  }

  private static Logger log() {
    return LoggerFactory.getLogger(ClusterMain.class);
  }
}
