package io.xengarden.cli.xl;

import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.console.ConsoleSession;
import io.xengarden.cli.console.EscapeKey;
import io.xengarden.cli.text.Getopt;
import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.Hosts;
import io.xengarden.cli.toolstack.Target;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.cli.xl.Invocation.HelpShown;
import io.xengarden.proto.v1.DestroyDomainRequest;
import io.xengarden.proto.v1.DomainSelector;
import io.xengarden.proto.v1.PauseDomainRequest;
import io.xengarden.proto.v1.ToolstackError.Reason;
import io.xengarden.proto.v1.UnpauseDomainRequest;
import java.util.Map;

/** The short commands on one domain. */
final class XlLifecycle {
  private XlLifecycle() {}

  static int pause(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    Target target = call.find(call.parse("").operands().getFirst());
    PauseDomainRequest request =
        PauseDomainRequest.newBuilder().setDomain(target.selector()).build();
    target.host().call(stub -> stub.pauseDomain(request));
    return 0;
  }

  static int unpause(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    Target target = call.find(call.parse("").operands().getFirst());
    UnpauseDomainRequest request =
        UnpauseDomainRequest.newBuilder().setDomain(target.selector()).build();
    target.host().call(stub -> stub.unpauseDomain(request));
    return 0;
  }

  static int destroy(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    Getopt.Parsed parsed = call.parse("f");
    Target target = call.find(parsed.operands().getFirst());
    if (target.domid() == 0 && !parsed.has('f')) {
      throw new CommandFailed(
          1,
          """
          Not destroying domain 0; use -f to force.
          This can only be done when using a disaggregated hardware domain and toolstack.
          """);
    }
    DestroyDomainRequest request =
        DestroyDomainRequest.newBuilder().setDomain(target.selector()).build();
    try {
      target.host().call(stub -> stub.destroyDomain(request));
      return 0;
    } catch (ToolstackFailure e) {
      throw failed("destroy", e);
    }
  }

  /** {@code destroy failed (rc=-21): why}; an unreachable host keeps its own words. */
  static CommandFailed failed(String what, ToolstackFailure e) {
    return new CommandFailed(
        1,
        e.isUnreachable()
            ? Xl.words(e)
            : what + " failed (rc=-" + e.libxlError() + "): " + e.getMessage());
  }

  static int domid(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    String name = call.parse("").operands().getFirst();
    try {
      int domid =
          Target.isDomid(name)
              ? Hosts.describe(call.session().hosts().standard(), Hosts.byName(name)).getDomid()
              : call.session().hosts().find(name).domid();
      call.streams().out().println(domid);
      return 0;
    } catch (ToolstackFailure e) {
      throw missing(
          e, "Can't get domid of domain name '" + name + "', maybe this domain does not exist.");
    }
  }

  static int domname(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    String id = call.parse("").operands().getFirst();
    if (!Target.isDomid(id)) {
      throw new CommandFailed(1, "Invalid domain id.");
    }
    HostConnection host = call.session().hosts().standard();
    int domid = Integer.parseInt(id);
    DomainSelector selector = DomainSelector.newBuilder().setDomid(domid).build();
    try {
      call.streams().out().println(Hosts.describe(host, selector).getName());
      return 0;
    } catch (ToolstackFailure e) {
      throw missing(
          e,
          "Can't get domain name of domain id '" + domid + "', maybe this domain does not exist.");
    }
  }

  private static CommandFailed missing(ToolstackFailure e, String message) throws ToolstackFailure {
    if (e.reason() != Reason.REASON_NO_SUCH_DOMAIN) {
      throw e;
    }
    return new CommandFailed(1, message);
  }

  static int console(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    Getopt.Parsed parsed = call.parse("n:t:e:", Map.of("num", 'n', "type", 't', "escape", 'e'));
    String type = parsed.value('t');
    if (type != null && !type.equals("pv")) {
      throw new CommandFailed(1, "console type must be pv: a pv guest has no other");
    }
    if (parsed.has('n') && !parsed.value('n').equals("0")) {
      throw new CommandFailed(1, "console number " + parsed.value('n') + " does not exist");
    }
    EscapeKey escape = escape(parsed.value('e'));
    Target target = call.find(parsed.operands().getFirst());
    try {
      new ConsoleSession(call.streams(), escape).attach(target, () -> {});
      return 0;
    } catch (ToolstackFailure e) {
      throw new CommandFailed(
          1, e.isUnreachable() ? Xl.words(e) : "Unable to attach console: " + e.getMessage());
    }
  }

  private static EscapeKey escape(String text) throws CommandFailed {
    if (text == null) {
      return EscapeKey.STANDARD;
    }
    return EscapeKey.parse(text)
        .orElseThrow(() -> new CommandFailed(1, "Invalid escape character `" + text + "'"));
  }
}
