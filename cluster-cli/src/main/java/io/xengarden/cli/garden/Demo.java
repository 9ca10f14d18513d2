package io.xengarden.cli.garden;

import io.xengarden.cli.cluster.ClusterDirectory;
import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.Session;
import io.xengarden.cli.command.Streams;
import io.xengarden.cli.text.Row;
import io.xengarden.cli.toolstack.ToolstackFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An adapter: {@code demo}. Types the commands a new user would, shows what they print, and checks
 * that it is true.
 */
final class Demo {
  private static final long DISK_BYTES = 64L << 20;
  private static final Pattern ACKNOWLEDGED = Pattern.compile("([0-9]+) acknowledged");
  private static final Pattern BOOT_ID =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final long WAIT_LIMIT_NS = 30_000_000_000L;
  private static final long LOOK_EVERY_NS = 200_000_000L;
  private static final String BOOT_ID_FILE = "/proc/sys/kernel/random/boot_id";

  /** A check that did not hold. */
  private static final class NotSo extends Exception {
    private static final long serialVersionUID = 1L;

    NotSo(String what) {
      super(what);
    }
  }

  private final Streams streams;
  private final PrintStream out;
  private final GardenCommands.CommandLine commandLine;
  private final List<String> held = new ArrayList<>();
  private Path directory;

  Demo(Streams streams, GardenCommands.CommandLine commandLine) {
    this.streams = streams;
    this.out = streams.out();
    this.commandLine = commandLine;
  }

  int run(boolean keep) throws CommandFailed {
    long start = System.nanoTime();
    boolean good = false;
    Thread onInterrupt = new Thread(this::down);
    try {
      directory = Files.createTempDirectory("xengarden-demo");
      Runtime.getRuntime().addShutdownHook(onInterrupt);
      story(keep);
      good = true;
    } catch (NotSo e) {
      out.println();
      out.println("NOT SO: " + e.getMessage());
    } catch (IOException e) {
      throw new CommandFailed(1, "demo: " + e.getMessage());
    } finally {
      forget(onInterrupt);
      if (directory != null && !(good && keep)) {
        cleanUp(good);
      }
    }
    summary(good, keep, System.nanoTime() - start);
    return good ? 0 : 1;
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyEnding) {
      // Then the hook does what is left to do.
      return;
    }
  }

  private void story(boolean keep) throws IOException, NotSo {
    title("Three hosts");
    succeeds("up", "--hosts", "3");
    threeHostsAreUp();
    guests();
    console();
    String bootId = bootId();
    double uptime = uptime();
    for (String host : List.of("host2", "host3")) {
      uptime = move(host, bootId, uptime);
    }
    saveKillRestore(bootId, uptime);
    long acknowledged = acknowledgedBeyond(0);
    if (!keep) {
      end(acknowledged);
    }
  }

  private void threeHostsAreUp() throws NotSo {
    String hosts = succeeds("hosts");
    for (String host : List.of("host1", "host2", "host3")) {
      contains(hosts, host + "   Up", host + " is Up");
    }
  }

  /** A host that has started becomes Up by itself, once membership has seen its end before. */
  private void awaitUp(String host) throws NotSo {
    long deadline = System.nanoTime() + WAIT_LIMIT_NS;
    while (!quietly("hosts").contains(host + "   Up") && System.nanoTime() < deadline) {
      LockSupport.parkNanos(LOOK_EVERY_NS);
    }
  }

  private void guests() throws IOException, NotSo {
    title("Two guests with disks, which check them all the while");
    create("web", "10.0.0.1", "run='diskcheck xvda --forever'");
    create("db", "10.0.0.2", "run='diskcheck xvda --forever' run='ping -q 10.0.0.1'");
    String list = succeeds("xl", "list");
    for (String domain : List.of("Domain-0", "web", "db")) {
      holds(row(list, domain).isPresent(), "xl list shows " + domain);
    }
    contains(succeeds("run", "web", "--", "fill", "64m"), "64 MiB", "its memory is filled");
  }

  private void create(String name, String address, String workloads) throws IOException, NotSo {
    try (var file =
        Files.newByteChannel(disk(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.position(DISK_BYTES - 1);
      file.write(ByteBuffer.wrap(new byte[1]));
    }
    Path config = directory.resolve(name + ".cfg");
    Files.writeString(
        config,
        """
        name   = "%s"
        kernel = "builtin:pebble"
        memory = 192
        vcpus  = 2
        disk   = [ "%s,raw,xvda,rw" ]
        vif    = [ "" ]
        extra  = "ip=%s/24 %s"
        """
            .formatted(name, disk(name), address, workloads));
    out.print(Files.readString(config).indent(4));
    succeeds("-H", "host1", "xl", "create", config.toString());
  }

  private Path disk(String name) {
    return directory.resolve(name + ".img");
  }

  private void console() throws NotSo {
    title("A console");
    out.println("$ xengarden xl console web");
    String nonce = "garden-" + Long.toHexString(System.nanoTime());
    try (Session session = session(streams)) {
      String shown = new ConsoleProbe(session.hosts().find("web")).echo(nonce);
      shown.lines().filter(line -> !line.isBlank()).forEach(line -> out.println("    " + line));
      holds(ConsoleProbe.isAnswered(shown, nonce), "the guest's shell answers on its console");
    } catch (ToolstackFailure e) {
      throw new NotSo(e.getMessage());
    }
  }

  private String bootId() throws NotSo {
    String id = succeeds("run", "web", "--", "cat", BOOT_ID_FILE).strip();
    holds(BOOT_ID.matcher(id).matches(), "the guest has a boot id");
    return id;
  }

  private double uptime() throws NotSo {
    return Double.parseDouble(
        succeeds("run", "web", "--", "cat", "/proc/uptime").strip().split(" ")[0]);
  }

  /** Records of web's disk that its guest has said are safe: it says so once a second. */
  private long acknowledgedBeyond(long known) throws NotSo {
    long deadline = System.nanoTime() + WAIT_LIMIT_NS;
    long last = lastAcknowledged();
    while (last <= known && System.nanoTime() < deadline) {
      LockSupport.parkNanos(LOOK_EVERY_NS);
      last = lastAcknowledged();
    }
    out.println("its kernel log: " + last + " records acknowledged");
    holds(last > known, "the guest acknowledges more than " + known + " records");
    return last;
  }

  private long lastAcknowledged() throws NotSo {
    Matcher said = ACKNOWLEDGED.matcher(quietly("run", "web", "--", "dmesg"));
    long last = 0;
    while (said.find()) {
      last = Long.parseLong(said.group(1));
    }
    return last;
  }

  private double move(String host, String bootId, double uptimeBefore) throws NotSo {
    title("A live move to " + host);
    long before = acknowledgedBeyond(0);
    succeeds("xl", "migrate", "--debug", "web", host);
    contains(succeeds("list"), "web                     " + host, "it runs on " + host);
    stillTheSame(bootId, uptimeBefore);
    acknowledgedBeyond(before);
    succeeds("run", "db", "--", "ping", "-c", "3", "10.0.0.1");
    return uptimeBefore;
  }

  private void stillTheSame(String bootId, double uptimeBefore) throws NotSo {
    holds(bootId().equals(bootId), "its boot id is unchanged");
    holds(uptime() > uptimeBefore, "its uptime only grows");
  }

  private void saveKillRestore(String bootId, double uptime) throws NotSo {
    title("Saved, its host killed, restored elsewhere");
    String file = directory.resolve("web.save").toString();
    succeeds("xl", "save", "web", file);
    succeeds("host", "kill", "host3");
    succeeds("-H", "host2", "xl", "restore", file);
    stillTheSame(bootId, uptime);
    succeeds("run", "db", "--", "ping", "-c", "3", "10.0.0.1");
    succeeds("host", "start", "host3");
    awaitUp("host3");
    threeHostsAreUp();
  }

  private void end(long acknowledged) throws IOException, NotSo {
    title("The end");
    succeeds("xl", "shutdown", "-ww", "web");
    succeeds("xl", "shutdown", "-ww", "db");
    contains(succeeds("list"), "UUID", "the cluster's list is empty");
    long lost = DiskcheckImage.lost(disk("web"), acknowledged);
    out.println("web.img, read from outside: " + acknowledged + " records, " + lost + " lost");
    holds(lost == 0, "the raw image holds every acknowledged record");
    succeeds("down");
    holds(new ClusterDirectory(directory).plan().isEmpty(), "the cluster is down");
  }

  private void title(String text) {
    out.println();
    out.println("== " + text);
  }

  /** Types a command, shows what it prints, and returns its standard output. */
  private String succeeds(String... args) throws NotSo {
    out.println("$ xengarden " + String.join(" ", args));
    out.flush();
    String text = quietly(args);
    out.print(text.indent(4));
    out.flush();
    return text;
  }

  /** The same, for what would only repeat itself on the screen. */
  private String quietly(String... args) throws NotSo {
    ByteArrayOutputStream captured = new ByteArrayOutputStream();
    List<String> line = new ArrayList<>(List.of("--dir", directory.toString()));
    line.addAll(List.of(args));
    Streams inner =
        new Streams(
            InputStream.nullInputStream(),
            new PrintStream(captured, true, StandardCharsets.UTF_8),
            streams.err(),
            directory);
    int exitCode = commandLine.run(inner, line);
    holds(exitCode == 0, String.join(" ", args) + " exits with 0");
    return captured.toString(StandardCharsets.UTF_8);
  }

  private void contains(String text, String part, String claim) throws NotSo {
    holds(text.contains(part), claim);
  }

  private void holds(boolean condition, String claim) throws NotSo {
    if (!condition) {
      throw new NotSo(claim);
    }
    held.add(claim);
  }

  private static Optional<String> row(String list, String domain) {
    return list.lines().filter(line -> line.startsWith(domain + " ")).findFirst();
  }

  private Session session(Streams inner) {
    return new Session(inner, new ClusterDirectory(directory), Optional.empty());
  }

  /** Whatever happened, no process and no file stays; after a failure the logs do. */
  private void cleanUp(boolean good) {
    down();
    if (!good) {
      out.println("The cluster's files are in " + directory);
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      streams.err().println("xengarden: cannot remove " + directory + ": " + e.getMessage());
    }
  }

  private void down() {
    if (new ClusterDirectory(directory).plan().isPresent()) {
      commandLine.run(streams, List.of("--dir", directory.toString(), "down"));
    }
  }

  private void summary(boolean good, boolean keep, long elapsedNs) {
    out.println();
    String seconds = new Row().tenths(elapsedNs / 1e9, 0).toString();
    out.println(
        (good
                ? "All " + held.size() + " checks held"
                : held.size() + " checks held, then one did not")
            + ", in "
            + seconds
            + " s.");
    if (good && keep) {
      out.println("Three hosts are Up and two guests run: try");
      out.println("    xengarden --dir " + directory + " xl console web");
      out.println("    xengarden --dir " + directory + " down");
    }
  }
}
