package io.xengarden.cli.garden;

import io.xengarden.cli.cluster.ClusterDirectory;
import io.xengarden.cli.cluster.ClusterError;
import io.xengarden.cli.cluster.ClusterPlan;
import io.xengarden.cli.cluster.LocalCluster;
import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.Session;
import io.xengarden.cli.command.Streams;
import io.xengarden.cli.config.Size;
import io.xengarden.cli.text.Getopt;
import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.proto.v1.ForgetDomainRequest;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Our own commands: what is not xl's or xm's. */
public final class GardenCommands {
  /** What a wrong command line exits with. */
  public static final int USAGE = 2;

  private static final int DEFAULT_CPUS = 8;
  private static final int MAX_CPUS = 256;
  private static final long DEFAULT_MEMORY_MIB = 16 * 1024;
  private static final long BYTES_PER_MIB = 1 << 20;

  /** Runs a whole command line, as a person would type it. */
  @FunctionalInterface
  public interface CommandLine {
    int run(Streams streams, List<String> args);
  }

  private final Streams streams;
  private final Globals globals;
  private final CommandLine commandLine;

  public GardenCommands(Streams streams, Globals globals, CommandLine commandLine) {
    this.streams = streams;
    this.globals = globals;
    this.commandLine = commandLine;
  }

  /** Runs {@code xengarden COMMAND rest…} and returns its exit code. */
  public int run(String command, List<String> rest) throws CommandFailed {
    try {
      return dispatch(command, rest);
    } catch (ClusterError | ToolstackFailure e) {
      throw new CommandFailed(1, e.getMessage());
    }
  }

  private int dispatch(String command, List<String> rest)
      throws CommandFailed, ClusterError, ToolstackFailure {
    if (command.equals("run")) {
      return run(rest);
    }
    return switch (command) {
      case "up" -> up(options(command, rest, "n:c:m:ix", UP_OPTIONS));
      case "down" -> down(options(command, rest, "", Map.of()));
      case "hosts" -> hosts(options(command, rest, "", Map.of()));
      case "host" -> host(options(command, rest, "", Map.of()));
      case "list" -> list(options(command, rest, "", Map.of()));
      case "forget" -> forget(options(command, rest, "", Map.of()));
      case "events" -> events(options(command, rest, "f", Map.of("follow", 'f')));
      case "capabilities" -> capabilities(options(command, rest, "", Map.of()));
      case "demo" -> demo(options(command, rest, "k", Map.of("keep", 'k')));
      case "help" -> help(rest);
      case "virsh", "chaos", "top" ->
          throw new CommandFailed(1, command + ": not in this build yet");
      default ->
          throw new CommandFailed(
              USAGE, "unknown command \"" + command + "\" (try: xengarden --help)");
    };
  }

  private static final Map<String, Character> UP_OPTIONS =
      Map.of("hosts", 'n', "cpus", 'c', "memory", 'm', "in-process", 'i', "chaos", 'x');

  private Getopt.Parsed options(
      String command, List<String> rest, String letters, Map<String, Character> names)
      throws CommandFailed {
    Getopt.Parsed parsed = globals.own(rest, letters, names);
    if (globals.help()) {
      GardenHelp.command(streams.out(), command);
      throw new CommandFailed(0, "");
    }
    boolean takesOperands = command.equals("host") || command.equals("forget");
    if (!takesOperands && !parsed.operands().isEmpty()) {
      throw new CommandFailed(
          USAGE, command + " takes no argument \"" + parsed.operands().getFirst() + "\"");
    }
    return parsed;
  }

  private int help(List<String> rest) {
    GardenHelp.command(streams.out(), rest.isEmpty() ? "" : rest.getFirst());
    return 0;
  }

  private int up(Getopt.Parsed options) throws CommandFailed, ClusterError, ToolstackFailure {
    ClusterPlan plan =
        new ClusterPlan(
            number("--hosts", options.value('n'), 1, ClusterPlan.MAX_HOSTS),
            number("--cpus", options.value('c'), DEFAULT_CPUS, MAX_CPUS),
            memoryMib(options.value('m')),
            options.has('i'),
            options.has('x'));
    new UpCommand(cluster(), streams.err()).run(plan);
    return 0;
  }

  private static int number(String option, String text, int otherwise, int most)
      throws CommandFailed {
    if (text == null) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= 1 && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below, as a number out of range is.
    }
    throw new CommandFailed(USAGE, option + ": \"" + text + "\" is not a number from 1 to " + most);
  }

  private static long memoryMib(String text) throws CommandFailed {
    if (text == null) {
      return DEFAULT_MEMORY_MIB;
    }
    OptionalLong bytes = Size.bytes(text);
    if (bytes.isEmpty() || bytes.getAsLong() < BYTES_PER_MIB) {
      throw new CommandFailed(
          USAGE, "--memory: \"" + text + "\" is not a size of at least 1 MiB, such as 16g");
    }
    return bytes.getAsLong() / BYTES_PER_MIB;
  }

  private int down(Getopt.Parsed options) throws ClusterError {
    if (cluster().down() == 0) {
      streams.err().println("no cluster is up in " + globals.directory());
    }
    return 0;
  }

  private int hosts(Getopt.Parsed options) throws ClusterError, ToolstackFailure {
    new HostsCommand(new ClusterDirectory(globals.directory()), cluster().plan(), streams.out())
        .run(globals.json());
    return 0;
  }

  private int host(Getopt.Parsed options) throws CommandFailed, ClusterError {
    if (options.operands().size() != 2) {
      throw new CommandFailed(USAGE, "usage: xengarden host kill|stop|cont|start HOST");
    }
    String action = options.operands().getFirst();
    String host = options.operands().getLast();
    switch (action) {
      case "kill" -> cluster().kill(host);
      case "stop" -> cluster().signal(host, "STOP");
      case "cont" -> cluster().signal(host, "CONT");
      case "start" -> cluster().start(host);
      default ->
          throw new CommandFailed(
              USAGE, "host: \"" + action + "\" is none of kill, stop, cont, start");
    }
    return 0;
  }

  /** Everything behind {@code --} is the guest's command, options and all. */
  private int run(List<String> rest) throws CommandFailed {
    int dashes = rest.indexOf("--");
    List<String> own = dashes < 0 ? rest : rest.subList(0, dashes);
    List<String> operands = globals.own(own, "", Map.of()).operands();
    if (globals.help()) {
      GardenHelp.command(streams.out(), "run");
      return 0;
    }
    boolean complete = dashes >= 0 && dashes + 1 < rest.size() && operands.size() == 1;
    if (!complete) {
      throw new CommandFailed(RunCommand.CANNOT_RUN, "usage: xengarden run DOMAIN -- CMD ...");
    }
    try (Session session = session()) {
      return new RunCommand(session)
          .run(operands.getFirst(), rest.subList(dashes + 1, rest.size()));
    }
  }

  private int events(Getopt.Parsed options) throws ToolstackFailure, CommandFailed {
    try (Session session = session()) {
      return new EventsCommand(session, globals.json()).run(options.has('f'));
    }
  }

  private int list(Getopt.Parsed options) throws ToolstackFailure {
    try (Session session = session()) {
      new ListCommand(session).run(globals.json());
      return 0;
    }
  }

  /** Any host may be told: the register is one. */
  private int forget(Getopt.Parsed options) throws CommandFailed, ToolstackFailure {
    if (options.operands().size() != 1) {
      throw new CommandFailed(USAGE, "usage: xengarden forget UUID");
    }
    ForgetDomainRequest request =
        ForgetDomainRequest.newBuilder().setUuid(options.operands().getFirst()).build();
    try (Session session = session()) {
      session
          .hosts()
          .standard()
          .askCluster(HostConnection.CALL_SECONDS, stub -> stub.forgetDomain(request));
      return 0;
    }
  }

  private int capabilities(Getopt.Parsed options) throws ToolstackFailure {
    try (Session session = session()) {
      return new CapabilitiesCommand(session).run(globals.json());
    }
  }

  private int demo(Getopt.Parsed options) throws CommandFailed {
    return new Demo(streams, commandLine).run(options.has('k'));
  }

  private Session session() {
    return new Session(streams, new ClusterDirectory(globals.directory()), globals.host());
  }

  private LocalCluster cluster() {
    return new LocalCluster(globals.directory(), streams.err());
  }
}
