package io.xengarden.cli.xl;

import io.xengarden.cli.command.Command;
import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.Session;
import io.xengarden.cli.command.Streams;
import io.xengarden.cli.text.Getopt;
import io.xengarden.cli.text.Getopt.BadOption;
import io.xengarden.cli.toolstack.Target;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.proto.v1.ToolstackError.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One xl command being run: its arguments after {@code xl CMD}, and xl's rules for them. */
record Invocation(Session session, Command command, List<String> arguments) {
  /** xl's own code for a wrong command line. */
  static final int USAGE = 2;

  Streams streams() {
    return session.streams();
  }

  /** What a command exits with when a usage text on standard output was all there was to say. */
  static final class HelpShown extends Exception {
    private static final long serialVersionUID = 1L;
    private final int exitCode;

    HelpShown(int exitCode) {
      this.exitCode = exitCode;
    }

    int exitCode() {
      return exitCode;
    }
  }

  /**
   * Sorts options from operands; {@code -h} shows the help, too few operands is an error.
   *
   * @param letters as in getopt(3)
   * @param longNames without {@code help}, which every command has
   */
  Getopt.Parsed parse(String letters, Map<String, Character> longNames)
      throws CommandFailed, HelpShown {
    Map<String, Character> names = new HashMap<>(longNames);
    names.put("help", 'h');
    try {
      Getopt.Parsed parsed = Getopt.parse(letters + "h", names, arguments);
      if (parsed.has('h')) {
        throw showHelp(0);
      }
      if (parsed.operands().size() < command.least()) {
        String plural = command.least() > 1 ? "s" : "";
        streams()
            .err()
            .println(
                "'xl "
                    + command.name()
                    + "' requires at least "
                    + command.least()
                    + " argument"
                    + plural
                    + ".");
        throw showHelp(USAGE);
      }
      return parsed;
    } catch (BadOption e) {
      throw new CommandFailed(USAGE, "option `" + e.name() + "' not supported.");
    }
  }

  Getopt.Parsed parse(String letters) throws CommandFailed, HelpShown {
    return parse(letters, Map.of());
  }

  HelpShown showHelp(int exitCode) {
    XlHelp.command(streams().out(), command);
    return new HelpShown(exitCode);
  }

  /** A domid is taken as it is; a name must exist. */
  Target find(String domain) throws CommandFailed, ToolstackFailure {
    try {
      return session.hosts().find(domain);
    } catch (ToolstackFailure e) {
      if (e.reason() == Reason.REASON_NO_SUCH_DOMAIN) {
        throw new CommandFailed(1, domain + " is an invalid domain identifier (rc=-6)");
      }
      throw e;
    }
  }
}
