package io.xengarden.cli;

import io.xengarden.cli.cluster.ClusterDirectory;
import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.Session;
import io.xengarden.cli.command.Streams;
import io.xengarden.cli.garden.GardenCommands;
import io.xengarden.cli.garden.GardenHelp;
import io.xengarden.cli.garden.Globals;
import io.xengarden.cli.xl.Xl;
import io.xengarden.cli.xm.Xm;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code xengarden [global options] COMMAND …}: takes the options before the command, and hands
 * over to a dialect, to which everything behind its name belongs, or to one of our own commands.
 */
public final class Xengarden {
  private final Streams streams;
  private final Map<String, String> environment;

  public Xengarden(Streams streams, Map<String, String> environment) {
    this.streams = streams;
    this.environment = environment;
  }

  /** Runs one command line and returns its exit code. */
  public int run(List<String> args) {
    Globals globals = new Globals(environment, streams.directory());
    try {
      int next = globals.takeLeading(args);
      if (globals.version()) {
        streams.out().println("xengarden " + GardenHelp.version());
        return 0;
      }
      if (next >= args.size()) {
        GardenHelp.all(globals.help() ? streams.out() : streams.err());
        return globals.help() ? 0 : GardenCommands.USAGE;
      }
      String command = args.get(next);
      if (globals.help()) {
        GardenHelp.command(streams.out(), command);
        return 0;
      }
      return run(globals, command, args.subList(next + 1, args.size()));
    } catch (CommandFailed e) {
      if (!e.getMessage().isEmpty()) {
        streams.err().println("xengarden: " + e.getMessage());
      }
      return e.exitCode();
    }
  }

  private int run(Globals globals, String command, List<String> rest) throws CommandFailed {
    if (!command.equals("xl") && !command.equals("xm")) {
      return new GardenCommands(
              streams, globals, (inner, line) -> new Xengarden(inner, environment).run(line))
          .run(command, rest);
    }
    ClusterDirectory cluster = new ClusterDirectory(globals.directory());
    Optional<String> host = globals.host();
    try (Session session = new Session(streams, cluster, host)) {
      return command.equals("xl") ? new Xl(session).run(rest) : new Xm(session).run(rest);
    }
  }
}
