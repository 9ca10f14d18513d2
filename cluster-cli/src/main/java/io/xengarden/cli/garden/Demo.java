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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An adapter: {@code demo}. Types the commands a new user would, shows what they print, and checks
 * that it is true. One host in this build; {@link #story} is what a demo of several hosts replaces.
 */
final class Demo {
  private static final long DISK_BYTES = 64L << 20;
  private static final Pattern VERIFIED = Pattern.compile("([0-9]+) records verified, 0 lost");
  private static final Pattern BOOT_ID =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
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
    title("One host");
    succeeds("up", "--hosts", "1");
    contains(succeeds("hosts"), "host1   Up", "the host is Up");
    guest();
    console();
    long records = diskcheck("the disk keeps every record");
    String before = bootId();
    int domid = domid();
    reboot(domid, before);
    holds(
        diskcheck("the disk keeps every record after the reboot") == records,
        "as many records were verified as before");
    if (!keep) {
      end();
    }
  }

  private void guest() throws IOException, NotSo {
    title("A guest with a disk");
    Path disk = directory.resolve("web.img");
    try (var file =
        Files.newByteChannel(disk, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      file.position(DISK_BYTES - 1);
      file.write(ByteBuffer.wrap(new byte[1]));
    }
    Path config = directory.resolve("web.cfg");
    Files.writeString(
        config,
        """
        name   = "web"
        kernel = "builtin:pebble"
        memory = 128
        vcpus  = 2
        disk   = [ "%s,raw,xvda,rw" ]
        """
            .formatted(disk));
    out.print(Files.readString(config).indent(4));
    succeeds("xl", "create", config.toString());
    String list = succeeds("xl", "list");
    holds(row(list, "Domain-0").isPresent(), "xl list shows Domain-0");
    holds(row(list, "web").isPresent(), "xl list shows the guest");
    contains(succeeds("xl", "block-list", "web"), "51712", "its disk is attached as xvda");
  }

  private void console() throws NotSo {
    title("Its console");
    out.println("$ xengarden xl console web");
    String nonce = "garden-" + Long.toHexString(System.nanoTime());
    try (Session session = session(streams)) {
      String shown = new ConsoleProbe(session.hosts().find("web")).echo(nonce);
      shown.lines().filter(line -> !line.isBlank()).forEach(line -> out.println("    " + line));
      holds(ConsoleProbe.isAnswered(shown, nonce), "the guest's shell answers on its console");
    } catch (ToolstackFailure e) {
      throw new NotSo(e.getMessage());
    }
    holds(!succeeds("run", "web", "--", "uname", "-a").isBlank(), "the guest says what it is");
  }

  private long diskcheck(String claim) throws NotSo {
    title("Its disk");
    Matcher verified = VERIFIED.matcher(succeeds("run", "web", "--", "diskcheck", "xvda"));
    holds(verified.find(), claim);
    return Long.parseLong(verified.group(1));
  }

  private String bootId() throws NotSo {
    String id = succeeds("run", "web", "--", "cat", BOOT_ID_FILE).strip();
    holds(BOOT_ID.matcher(id).matches(), "the guest has a boot id");
    return id;
  }

  private int domid() throws NotSo {
    return Integer.parseInt(succeeds("xl", "domid", "web").strip());
  }

  private void reboot(int domid, String bootId) throws NotSo {
    title("Reboot");
    succeeds("xl", "reboot", "web");
    try (Session session = session(streams)) {
      boolean again =
          new DomainWatch(session.hosts().standard())
              .until(
                  domains ->
                      domains.stream()
                          .anyMatch(d -> d.getName().equals("web") && d.getDomid() != domid));
      holds(again, "the guest comes back under a new domid");
    } catch (ToolstackFailure e) {
      throw new NotSo(e.getMessage());
    }
    holds(!bootId().equals(bootId), "its boot id is a new one");
    holds(row(succeeds("xl", "list"), "web").isPresent(), "xl list shows it again");
  }

  private void end() throws NotSo {
    title("The end");
    succeeds("xl", "destroy", "web");
    holds(row(succeeds("xl", "list"), "web").isEmpty(), "xl list no longer shows the guest");
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
    String text = captured.toString(StandardCharsets.UTF_8);
    out.print(text.indent(4));
    out.flush();
    holds(exitCode == 0, args[0] + " " + (args.length > 1 ? args[1] : "") + " exits with 0");
    return text;
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
      out.println("The host's files are in " + directory);
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
      out.println("The host is up and the guest runs: try");
      out.println("    xengarden --dir " + directory + " xl console web");
      out.println("    xengarden --dir " + directory + " down");
    }
  }
}
