package io.xengarden.cli.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An adapter: starts daemons as child JVMs and waits until they serve. A daemon says so with one
 * line, {@code READY {host record}}, on its standard output.
 */
final class HostStarter {
  static final long READY_SECONDS = 60;

  /** Where a cache lies that makes daemons start sooner; set by the launcher. */
  private static final String CACHE_PROPERTY = "xengarden.daemon.aot";

  private static final String READY = "READY ";
  private static final int MAX_LOG_LINE = 2000;

  private final ClusterDirectory directory;
  private final PrintStream progress;
  private final Daemons daemons;

  HostStarter(ClusterDirectory directory, PrintStream progress, Daemons daemons) {
    this.directory = directory;
    this.progress = progress;
    this.daemons = daemons;
  }

  /** One daemon JVM that has been started. */
  private record Starting(DaemonLaunch launch, Process process, Path log, long logStart) {}

  /**
   * Starts the whole plan, the array first; when one daemon fails, none stays. The plan is written
   * again with the array's address.
   */
  List<HostRecord> startAll(ClusterPlan plan) throws ClusterError {
    return guarded(
        started -> {
          if (plan.inProcess()) {
            List<HostRecord> records =
                start(List.of(DaemonLaunch.all(daemons, directory, plan)), started);
            return hostsOf(withArray(plan, records), records);
          }
          List<HostRecord> array =
              start(List.of(DaemonLaunch.array(daemons, directory, plan)), started);
          ClusterPlan known = withArray(plan, array);
          return start(
              known.names().stream()
                  .map(host -> DaemonLaunch.host(daemons, directory, known, host))
                  .toList(),
              started);
        });
  }

  private ClusterPlan withArray(ClusterPlan plan, List<HostRecord> records) throws IOException {
    for (HostRecord record : records) {
      if (record.name().equals(ClusterPlan.ARRAY)) {
        ClusterPlan known = plan.withArray(record.grpc());
        directory.writePlan(known);
        return known;
      }
    }
    throw new IllegalStateException("the array was waited for");
  }

  private static List<HostRecord> hostsOf(ClusterPlan plan, List<HostRecord> records) {
    return records.stream()
        .filter(record -> plan.names().contains(record.name()))
        .sorted(Comparator.comparingInt(record -> plan.names().indexOf(record.name())))
        .toList();
  }

  /** Starts the array or one host of a running cluster again. */
  HostRecord start(ClusterPlan plan, String name) throws ClusterError {
    DaemonLaunch launch =
        name.equals(ClusterPlan.ARRAY)
            ? DaemonLaunch.array(daemons, directory, plan)
            : DaemonLaunch.host(daemons, directory, plan, name);
    return guarded(started -> start(List.of(launch), started)).getFirst();
  }

  @FunctionalInterface
  private interface Start {
    List<HostRecord> with(List<Starting> started) throws ClusterError, IOException;
  }

  /** Ends everything it has started unless all of it has come up. */
  private List<HostRecord> guarded(Start start) throws ClusterError {
    List<Starting> started = Collections.synchronizedList(new ArrayList<>());
    Thread onInterrupt = new Thread(() -> abandon(started));
    Runtime.getRuntime().addShutdownHook(onInterrupt);
    boolean done = false;
    try {
      List<HostRecord> ready = start.with(started);
      done = true;
      return ready;
    } catch (IOException e) {
      throw new ClusterError("cannot start a host: " + ClusterError.reason(e));
    } finally {
      if (removed(onInterrupt) && !done) {
        abandon(started);
      }
    }
  }

  private List<HostRecord> start(List<DaemonLaunch> launches, List<Starting> started)
      throws ClusterError, IOException {
    List<Starting> fresh = new ArrayList<>();
    for (DaemonLaunch launch : launches) {
      Starting starting = spawn(launch);
      fresh.add(starting);
      started.add(starting);
    }
    List<HostRecord> ready = new ArrayList<>();
    for (Starting starting : fresh) {
      ready.addAll(await(starting));
    }
    return ready;
  }

  private static boolean removed(Thread hook) {
    try {
      return Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyRunning) {
      return false;
    }
  }

  private Starting spawn(DaemonLaunch launch) throws IOException {
    for (String name : launch.names()) {
      Files.createDirectories(directory.hostDirectory(name));
      directory.removeProcess(name);
    }
    Path log = directory.daemonLog(launch.log());
    long logStart = Files.exists(log) ? Files.size(log) : 0;
    Process process =
        new ProcessBuilder(commandLine(launch))
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    for (String name : launch.names()) {
      directory.writeProcess(name, HostProcess.of(process.pid()));
      progress.println(name + ": starting");
    }
    return new Starting(launch, process, log, logStart);
  }

  private static List<String> commandLine(DaemonLaunch launch) {
    List<String> line = new ArrayList<>();
    // A session of its own: Ctrl-C at the terminal is for the command, not for the hosts.
    Path setsid = Path.of("/usr/bin/setsid");
    if (Files.isExecutable(setsid)) {
      line.add(setsid.toString());
    }
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("--enable-native-access=ALL-UNNAMED");
    line.add("--sun-misc-unsafe-memory-access=allow");
    String cache = System.getProperty(CACHE_PROPERTY, "");
    if (!cache.isEmpty() && Files.exists(Path.of(cache))) {
      // One that does not fit is not used; that is not the user's business.
      line.addAll(List.of("-XX:AOTCache=" + cache, "-Xlog:disable", "-Xlog:all=error:stderr"));
    }
    String extra = System.getenv("XENGARDEN_DAEMON_JAVA_OPTS");
    if (extra != null && !extra.isBlank()) {
      line.addAll(List.of(extra.strip().split("\\s+")));
    }
    line.addAll(List.of("-cp", classPath(), launch.main()));
    line.addAll(launch.arguments());
    return line;
  }

  /** The launcher gives commands a shorter class path than the daemon needs. */
  private static String classPath() {
    return System.getProperty("xengarden.daemon.class.path", System.getProperty("java.class.path"));
  }

  private List<HostRecord> await(Starting starting) throws ClusterError {
    BufferedReader output =
        new BufferedReader(
            new InputStreamReader(starting.process().getInputStream(), StandardCharsets.UTF_8));
    List<HostRecord> ready = new ArrayList<>();
    while (ready.size() < starting.launch().names().size()) {
      HostRecord record = awaitOne(starting, output);
      progress.println(record.name() + ": serves, pid " + record.pid() + ", grpc " + record.grpc());
      ready.add(record);
    }
    return ready;
  }

  private HostRecord awaitOne(Starting starting, BufferedReader output) throws ClusterError {
    CompletableFuture<Optional<HostRecord>> line = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> line.complete(readRecord(output)));
    try {
      return line.get(READY_SECONDS, TimeUnit.SECONDS)
          .orElseThrow(() -> new ClusterError(failure(starting, "ended before it was ready")));
    } catch (TimeoutException e) {
      throw new ClusterError(
          failure(starting, "was not ready within " + READY_SECONDS + " seconds"));
    } catch (ExecutionException e) {
      throw new ClusterError(failure(starting, "cannot be read"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterError("interrupted");
    }
  }

  /** Lines that are not a READY line are somebody's stray print, and skipped. */
  private static Optional<HostRecord> readRecord(BufferedReader output) {
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith(READY)) {
          return HostRecord.parse(line.substring(READY.length()));
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  private static String failure(Starting starting, String what) {
    String last = lastLine(starting.log(), starting.logStart());
    String hosts = String.join(", ", starting.launch().names());
    return hosts + " " + what + (last.isEmpty() ? "" : ": " + last);
  }

  /** The last line that was logged since {@code from}, cut to a length a person reads. */
  static String lastLine(Path log, long from) {
    try (var file = Files.newByteChannel(log)) {
      long start = Math.max(from, file.size() - MAX_LOG_LINE);
      byte[] tail = new byte[(int) Math.max(0, file.size() - start)];
      file.position(start);
      file.read(ByteBuffer.wrap(tail));
      return new String(tail, StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank())
          .reduce("", (earlier, later) -> later)
          .strip();
    } catch (IOException e) {
      return "";
    }
  }

  private void abandon(List<Starting> started) {
    for (Starting starting : List.copyOf(started)) {
      starting.process().destroyForcibly().onExit().join();
      for (String host : starting.launch().names()) {
        try {
          directory.removeProcess(host);
        } catch (IOException e) {
          progress.println(host + ": cannot clean up: " + ClusterError.reason(e));
        }
      }
    }
  }
}
