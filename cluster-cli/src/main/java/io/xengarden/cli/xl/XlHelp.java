package io.xengarden.cli.xl;

import io.xengarden.cli.command.Command;
import io.xengarden.cli.command.CommandTable;
import io.xengarden.cli.text.Row;
import java.io.PrintStream;
import java.util.Optional;

/** xl's help texts, on standard output as xl has them. */
final class XlHelp {
  private static final int NAME_WIDTH = 19;

  private XlHelp() {}

  static void all(PrintStream out, CommandTable table) {
    out.println("Usage xl [-vfNtT] <subcommand> [args]");
    out.println();
    out.println("xl full list of subcommands:");
    out.println();
    for (Command command : table.commands()) {
      if (command.support() == Command.Support.BUILT) {
        out.println(" " + new Row().left(command.name(), NAME_WIDTH) + " " + command.summary());
      }
    }
    out.println();
    out.println("Known, but not in this build:");
    out.println();
    for (Command command : table.commands()) {
      if (command.support() != Command.Support.BUILT) {
        out.println(" " + new Row().left(command.name(), NAME_WIDTH) + " " + command.summary());
      }
    }
  }

  /** Help for a word that may be no command. */
  static void word(PrintStream out, CommandTable table, String word) {
    Optional<Command> command = table.find(word);
    if (command.isPresent()) {
      command(out, command.get());
    } else {
      out.println("command \"" + word + "\" not implemented");
    }
  }

  static void command(PrintStream out, Command command) {
    out.println(
        "Usage: xl [-vf] "
            + command.name()
            + (command.arguments().isEmpty() ? "" : " " + command.arguments()));
    out.println();
    out.println(command.summary() + ".");
    String options = options(command.name());
    if (!options.isEmpty()) {
      out.println();
      out.println("Options:");
      out.println();
      out.print(options);
    }
  }

  private static String options(String name) {
    return switch (name) {
      case "create" ->
          """
          -h                      Print this help.
          -p                      Leave the domain paused after it is created.
          -c                      Connect to the console after the domain is created.
          -f FILE, --defconfig=FILE
                                  Use the given configuration file.
          -q, --quiet             Quiet.
          -n, --dryrun            Dry run - prints the resulting configuration.
          -d                      Enable debug messages.
          """;
      case "list" ->
          """
          -l, --long              Output all VM details
          -v, --verbose           Prints out UUIDs and security context
          -Z, --context           Prints out security context
          -c, --cpupool           Prints out cpupool
          -n, --numa              Prints out NUMA node affinity
          """;
      case "shutdown", "reboot" ->
          """
          -a, --all               All guest domains.
          -h                      Print this help.
          -F                      Fallback to ACPI event for HVM guests; no effect here.
          -w, --wait              Wait for guest(s) to shut down; -ww: to be destroyed.
          """;
      case "destroy" -> "-f                      Permit destroying domain 0\n";
      case "console" ->
          """
          -t <type>               console type, pv or serial
          -n <number>             console number
          -e <escape>             escape character, ^] by default
          """;
      case "info" ->
          """
          -n, --numa              List host NUMA topology information
          -x, --xenstore          List xenstore features
          """;
      case "uptime" -> "-s                      Use short format\n";
      case "dmesg" -> "-c, --clear             Clear dmesg buffer as well as printing it\n";
      default -> "";
    };
  }
}
