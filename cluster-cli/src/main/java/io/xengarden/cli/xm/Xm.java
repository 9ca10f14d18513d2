package io.xengarden.cli.xm;

import io.xengarden.cli.command.Command;
import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.CommandTable;
import io.xengarden.cli.command.Session;
import io.xengarden.cli.command.Streams;
import io.xengarden.cli.text.Row;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.cli.xm.XmCall.WithUsage;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The xm dialect of Xen 4.1: its commands, words and exit codes. */
public final class Xm {
  private static final int NAME_WIDTH = 28;
  private static final int LEAST_PREFIX = 2;

  /** The commands of xm's short help. */
  private static final Set<String> COMMON =
      Set.of(
          "console",
          "create",
          "destroy",
          "domid",
          "domname",
          "list",
          "info",
          "pause",
          "unpause",
          "reboot",
          "shutdown",
          "uptime",
          "help");

  private final Session session;
  private final Streams streams;
  private final CommandTable table = CommandTable.of("xm");

  public Xm(Session session) {
    this.session = session;
    this.streams = session.streams();
  }

  /** Runs {@code xm args…} and returns its exit code. */
  public int run(List<String> args) {
    if (args.isEmpty()) {
      help(streams.out(), false);
      return 1;
    }
    String word = args.getFirst();
    if (word.equals("--help") || word.equals("-h")) {
      help(streams.out(), true);
      return 0;
    }
    Optional<Command> command = find(word);
    if (command.isEmpty()) {
      streams.err().println("Error: Subcommand " + word + " not found!");
      help(streams.out(), false);
      return 1;
    }
    XmCall call = new XmCall(session, command.get(), args.subList(1, args.size()));
    return run(call);
  }

  private Optional<Command> find(String word) {
    String current = currentName(word);
    if (!current.equals(word)) {
      streams
          .err()
          .println("Command " + word + " is deprecated.  Please use xm " + current + " instead.");
    }
    Optional<Command> command = table.find(current);
    boolean exact = command.isPresent() && command.get().name().equals(current);
    return exact || current.length() >= LEAST_PREFIX ? command : Optional.empty();
  }

  private static String currentName(String word) {
    return switch (word) {
      case "balloon" -> "mem-set";
      case "set-vcpus" -> "vcpu-set";
      case "vif-list" -> "network-list";
      case "vbd-create" -> "block-attach";
      case "vbd-destroy" -> "block-detach";
      case "vbd-list" -> "block-list";
      default -> word.startsWith("pool-") ? "cpu" + word : word;
    };
  }

  private int run(XmCall call) {
    try {
      return dispatch(call);
    } catch (CommandFailed e) {
      if (!e.getMessage().isEmpty()) {
        streams.err().println(e.getMessage());
      }
      return e.exitCode();
    } catch (WithUsage e) {
      streams.err().println("Error: " + e.getMessage());
      usage(streams.out(), call.command());
      return 1;
    } catch (ToolstackFailure e) {
      streams.err().println(words(e));
      if (!e.isUnreachable()) {
        usage(streams.out(), call.command());
      }
      return 1;
    }
  }

  /** One line in xm's words. */
  static String words(ToolstackFailure failure) {
    return failure.isUnreachable()
        ? "Error: Unable to connect to xend: " + failure.getMessage() + ". Is xend running?"
        : "Error: " + failure.getMessage();
  }

  private int dispatch(XmCall call) throws CommandFailed, WithUsage, ToolstackFailure {
    Command command = call.command();
    if (call.arguments().contains("--help") || call.arguments().contains("-h")) {
      usage(streams.out(), command);
      return 1;
    }
    if (command.support() != Command.Support.BUILT) {
      throw new CommandFailed(1, "Error: " + command.refusal("xm"));
    }
    return switch (command.name()) {
      case "help" -> helpCommand(call);
      case "create" -> new XmCreate(call).run();
      case "list" -> new XmList(call).run();
      case "shutdown", "reboot" -> new XmShutdown(call).run();
      case "console" -> XmLifecycle.console(call);
      case "save" -> XmRelocation.save(call);
      case "restore" -> XmRelocation.restore(call);
      case "migrate" -> XmRelocation.migrate(call);
      case "pause" -> XmLifecycle.pause(call);
      case "unpause" -> XmLifecycle.unpause(call);
      case "destroy" -> XmLifecycle.destroy(call);
      case "domid" -> XmLifecycle.domid(call);
      case "domname" -> XmLifecycle.domname(call);
      case "vcpu-list" -> XmTables.vcpuList(call);
      case "block-list" -> XmTables.blockList(call);
      case "network-list" -> XmTables.networkList(call);
      case "info" -> XmTables.info(call);
      case "uptime" -> XmTables.uptime(call);
      case "dmesg" -> XmTables.dmesg(call);
      default -> throw new CommandFailed(1, "Error: Subcommand " + command.name() + " not found!");
    };
  }

  private int helpCommand(XmCall call) {
    if (call.arguments().isEmpty()) {
      help(streams.out(), true);
      return 0;
    }
    String word = call.arguments().getFirst();
    Optional<Command> command = find(word);
    if (command.isEmpty()) {
      streams.err().println("Error: Subcommand " + word + " not found!");
      return 1;
    }
    usage(streams.out(), command.get());
    return 0;
  }

  static void usage(PrintStream out, Command command) {
    out.println("Usage: xm " + command.name() + " " + command.arguments());
    out.println();
    out.println(command.summary() + ".");
  }

  private void help(PrintStream out, boolean all) {
    out.println("Usage: xm <subcommand> [args]");
    out.println();
    out.println("Control, list, and manipulate Xen guest instances.");
    out.println();
    out.println(all ? "xm full list of subcommands:" : "Common 'xm' commands:");
    out.println();
    for (Command command : table.commands()) {
      boolean shown =
          all ? command.support() == Command.Support.BUILT : COMMON.contains(command.name());
      if (shown) {
        out.println(" " + new Row().left(command.name(), NAME_WIDTH) + " " + command.summary());
      }
    }
    out.println();
    out.println(
        all
            ? "<Domain> can either be the Domain Name or Id."
            : "For a complete list of subcommands run 'xm help'.");
  }
}
