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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An adapter: starts host daemons as child JVMs and waits until they serve. A daemon says so with
 * one line, {@code READY {host record}}, on its standard output.
 */
final class HostStarter {
  /** The daemon's main class, in node-daemon; only its name is known here. */
  static final String DAEMON = "io.xengarden.node.NodeMain";

  /** host N prefers this plus N; a daemon takes another port when that one is taken. */
  static final int GRPC_BASE_PORT = 7650;

  static final long READY_SECONDS = 60;
  private static final String READY = "READY ";
  private static final int MAX_LOG_LINE = 2000;

  private final ClusterDirectory directory;
  private final ClusterPlan plan;
  private final PrintStream progress;
  private final String daemon;

  /**
   * @param daemon the main class of a host's JVM
   */
  HostStarter(ClusterDirectory directory, ClusterPlan plan, PrintStream progress, String daemon) {
    this.directory = directory;
    this.plan = plan;
    this.progress = progress;
    this.daemon = daemon;
  }

  /** One daemon JVM that has been started, and the hosts it will report. */
  private record Starting(List<String> hosts, Process process, Path log, long logStart) {}

  /** Starts the whole plan; when one host fails, none stays. */
  List<HostRecord> startAll() throws ClusterError {
    List<List<String>> groups =
        plan.inProcess() ? List.of(plan.names()) : plan.names().stream().map(List::of).toList();
    return start(groups);
  }

  /** Starts one host of a running cluster again. */
  HostRecord start(String host) throws ClusterError {
    return start(List.of(List.of(host))).getFirst();
  }

  private List<HostRecord> start(List<List<String>> groups) throws ClusterError {
    List<Starting> started = new ArrayList<>();
    Thread onInterrupt = new Thread(() -> abandon(started));
    Runtime.getRuntime().addShutdownHook(onInterrupt);
    boolean done = false;
    try {
      for (List<String> hosts : groups) {
        started.add(spawn(hosts));
      }
      List<HostRecord> ready = new ArrayList<>();
      for (Starting starting : started) {
        ready.addAll(await(starting));
      }
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

  private static boolean removed(Thread hook) {
    try {
      return Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyRunning) {
      return false;
    }
  }

  private Starting spawn(List<String> hosts) throws IOException {
    for (String host : hosts) {
      Files.createDirectories(directory.hostDirectory(host));
      directory.removeProcess(host);
    }
    Path log = directory.daemonLog(hosts.getFirst());
    long logStart = Files.exists(log) ? Files.size(log) : 0;
    Process process =
        new ProcessBuilder(commandLine(hosts))
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    for (String host : hosts) {
      directory.writeProcess(host, HostProcess.of(process.pid()));
      progress.println(host + ": starting");
    }
    return new Starting(hosts, process, log, logStart);
  }

  private List<String> commandLine(List<String> hosts) {
    List<String> line = new ArrayList<>();
    // A session of its own: Ctrl-C at the terminal is for the command, not for the hosts.
    Path setsid = Path.of("/usr/bin/setsid");
    if (Files.isExecutable(setsid)) {
      line.add(setsid.toString());
    }
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("--enable-native-access=ALL-UNNAMED");
    line.add("--sun-misc-unsafe-memory-access=allow");
    String extra = System.getenv("XENGARDEN_DAEMON_JAVA_OPTS");
    if (extra != null && !extra.isBlank()) {
      line.addAll(List.of(extra.strip().split("\\s+")));
    }
    line.addAll(List.of("-cp", classPath()));
    if (plan.inProcess()) {
      line.add(InProcessHosts.class.getName());
    }
    line.add(daemon);
    for (String host : hosts) {
      line.addAll(arguments(host));
    }
    return line;
  }

  /** The launcher gives commands a shorter class path than the daemon needs. */
  private static String classPath() {
    return System.getProperty("xengarden.daemon.class.path", System.getProperty("java.class.path"));
  }

  /** The daemon's own arguments; {@link InProcessHosts} finds where each host's begin by --dir. */
  private List<String> arguments(String host) {
    int number = Integer.parseInt(host.substring("host".length()));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--dir", directory.path().toString(),
                "--name", host,
                "--cpus", Integer.toString(plan.cpus()),
                "--memory-mib", Long.toString(plan.memoryMib()),
                "--grpc-port", Integer.toString(GRPC_BASE_PORT + number)));
    if (plan.chaos()) {
      arguments.add("--chaos");
    }
    return arguments;
  }

  private List<HostRecord> await(Starting starting) throws ClusterError {
    BufferedReader output =
        new BufferedReader(
            new InputStreamReader(starting.process().getInputStream(), StandardCharsets.UTF_8));
    List<HostRecord> ready = new ArrayList<>();
    while (ready.size() < starting.hosts().size()) {
      HostRecord record = awaitOne(starting, output);
      progress.println(record.name() + ": up, pid " + record.pid() + ", grpc " + record.grpc());
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
    String hosts = String.join(", ", starting.hosts());
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
      for (String host : starting.hosts()) {
        try {
          directory.removeProcess(host);
        } catch (IOException e) {
          progress.println(host + ": cannot clean up: " + ClusterError.reason(e));
        }
      }
    }
  }
}
