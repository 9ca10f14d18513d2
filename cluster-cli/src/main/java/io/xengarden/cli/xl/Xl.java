package io.xengarden.cli.xl;

import io.xengarden.cli.command.Command;
import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.CommandTable;
import io.xengarden.cli.command.Session;
import io.xengarden.cli.command.Streams;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.cli.xl.Invocation.HelpShown;
import java.util.List;
import java.util.Optional;

/** The xl dialect: its commands, words and exit codes (xl(1)). */
public final class Xl {
  private final Session session;
  private final Streams streams;

  public Xl(Session session) {
    this.session = session;
    this.streams = session.streams();
  }

  /** Runs {@code xl args…} and returns its exit code. */
  public int run(List<String> args) {
    try {
      return dispatch(args);
    } catch (CommandFailed e) {
      if (!e.getMessage().isEmpty()) {
        streams.err().println(e.getMessage());
      }
      return e.exitCode();
    } catch (HelpShown e) {
      return e.exitCode();
    } catch (ToolstackFailure e) {
      streams.err().println(words(e));
      return 1;
    }
  }

  /** One line in xl's words. */
  static String words(ToolstackFailure failure) {
    return failure.isUnreachable()
        ? "cannot init xl context: " + failure.getMessage()
        : "libxl: error: " + failure.getMessage();
  }

  private int dispatch(List<String> args) throws CommandFailed, HelpShown, ToolstackFailure {
    int first = globalOptions(args);
    CommandTable table = CommandTable.of("xl");
    if (first >= args.size()) {
      XlHelp.all(streams.out(), table);
      return first == 0 ? 1 : helpAsked(args);
    }
    Optional<Command> command = table.find(args.get(first));
    List<String> rest = args.subList(first + 1, args.size());
    if (command.isEmpty()) {
      throw new CommandFailed(1, "command not implemented");
    }
    if (command.get().name().equals("help")) {
      return help(table, rest);
    }
    return run(new Invocation(session, command.get(), rest));
  }

  private static int helpAsked(List<String> args) {
    return args.contains("-h") || args.contains("--help") ? 0 : 1;
  }

  /** Accepts xl's -v -N -f -t -T, which change nothing here; returns where the command stands. */
  private int globalOptions(List<String> args) throws CommandFailed {
    int i = 0;
    while (i < args.size() && args.get(i).startsWith("-")) {
      String option = args.get(i);
      boolean known =
          option.equals("--help")
              || option.length() > 1
                  && option.chars().skip(1).allMatch(c -> "vNftTh".indexOf(c) >= 0);
      if (!known) {
        throw new CommandFailed(1, "unknown global option");
      }
      i++;
      if (option.equals("--help") || option.contains("h")) {
        return args.size();
      }
    }
    return i;
  }

  private int help(CommandTable table, List<String> rest) {
    if (rest.isEmpty()) {
      XlHelp.all(streams.out(), table);
    } else {
      XlHelp.word(streams.out(), table, rest.getFirst());
    }
    return 0;
  }

  private int run(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    Command command = call.command();
    if (call.arguments().contains("-h") || call.arguments().contains("--help")) {
      throw call.showHelp(0);
    }
    if (command.support() != Command.Support.BUILT) {
      throw new CommandFailed(1, command.refusal("xl"));
    }
    return switch (command.name()) {
      case "create" -> new XlCreate(call).run();
      case "list" -> new XlList(call).run();
      case "shutdown", "reboot" -> new XlShutdown(call).run();
      case "console" -> XlLifecycle.console(call);
      case "save" -> XlRelocation.save(call);
      case "restore" -> XlRelocation.restore(call);
      case "migrate" -> XlRelocation.migrate(call);
      case "pause" -> XlLifecycle.pause(call);
      case "unpause" -> XlLifecycle.unpause(call);
      case "destroy" -> XlLifecycle.destroy(call);
      case "domid" -> XlLifecycle.domid(call);
      case "domname" -> XlLifecycle.domname(call);
      case "vm-list" -> XlTables.vmList(call);
      case "vcpu-list" -> XlTables.vcpuList(call);
      case "block-list" -> XlTables.blockList(call);
      case "network-list" -> XlTables.networkList(call);
      case "info" -> XlInfo.run(call);
      case "uptime" -> XlTables.uptime(call);
      case "dmesg" -> XlInfo.dmesg(call);
      default -> throw new CommandFailed(1, "command not implemented");
    };
  }
}
