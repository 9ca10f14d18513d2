package io.xengarden.cli.xm;

import io.xengarden.cli.command.Command;
import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.Session;
import io.xengarden.cli.command.Streams;
import io.xengarden.cli.text.Getopt;
import io.xengarden.cli.text.Getopt.BadOption;
import io.xengarden.cli.toolstack.Hosts;
import io.xengarden.cli.toolstack.Target;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.ToolstackError.Reason;
import java.util.List;
import java.util.Map;

/** One xm command being run: its arguments after {@code xm CMD}, and xm's rules for them. */
record XmCall(Session session, Command command, List<String> arguments) {
  /** XML-RPC fault ERROR_INVALID_DOMAIN, which xm exits with. */
  static final int INVALID_DOMAIN = 3;

  /** An error that xm follows with the command's usage on standard output. */
  static final class WithUsage extends Exception {
    private static final long serialVersionUID = 1L;

    WithUsage(String message) {
      super(message);
    }
  }

  @FunctionalInterface
  interface OnDomain<T> {
    T apply(Target target) throws ToolstackFailure, CommandFailed;
  }

  Streams streams() {
    return session.streams();
  }

  Getopt.Parsed parse(String letters, Map<String, Character> longNames) throws WithUsage {
    try {
      Getopt.Parsed parsed = Getopt.parse(letters, longNames, arguments);
      if (parsed.operands().size() < command.least()) {
        String plural = command.least() == 1 ? "" : "s";
        throw new WithUsage(
            "'xm " + command.name() + "' requires " + command.least() + " argument" + plural + ".");
      }
      return parsed;
    } catch (BadOption e) {
      throw new WithUsage(e.inPythonsWords());
    }
  }

  Getopt.Parsed parse(String letters) throws WithUsage {
    return parse(letters, Map.of());
  }

  /** Does something with a domain; one that is not there is xm's fault 3, by name or by number. */
  <T> T on(String domain, OnDomain<T> action) throws CommandFailed, ToolstackFailure {
    try {
      return action.apply(session.hosts().find(domain));
    } catch (ToolstackFailure e) {
      if (e.reason() == Reason.REASON_NO_SUCH_DOMAIN) {
        throw new CommandFailed(INVALID_DOMAIN, "Error: Domain '" + domain + "' does not exist.");
      }
      throw e;
    }
  }

  DomainInfo describe(String domain) throws CommandFailed, ToolstackFailure {
    return on(domain, target -> Hosts.describe(target.host(), target.selector()));
  }
}
