package io.xengarden.cli.xm;

import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.Shutdowns;
import io.xengarden.cli.text.Getopt;
import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.Hosts;
import io.xengarden.cli.toolstack.Target;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.cli.xm.XmCall.WithUsage;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.ListDomainsRequest;
import io.xengarden.proto.v1.ShutdownDomainRequest.Kind;
import io.xengarden.proto.v1.ShutdownDomainRequest.Wait;
import io.xengarden.proto.v1.ShutdownProgress;
import io.xengarden.proto.v1.ToolstackError.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code xm shutdown} and {@code xm reboot}. */
final class XmShutdown {
  private final XmCall call;

  XmShutdown(XmCall call) {
    this.call = call;
  }

  int run() throws CommandFailed, WithUsage, ToolstackFailure {
    if (call.arguments().isEmpty()) {
      throw new WithUsage("'xm " + call.command().name() + "' requires 1 argument.");
    }
    Getopt.Parsed parsed = parse();
    boolean all = parsed.has('a');
    if (all && !parsed.operands().isEmpty()) {
      throw new WithUsage("No domain may be named with -a");
    }
    if (!all && parsed.operands().isEmpty()) {
      throw new WithUsage("No domain specified");
    }
    Map<Target, String> targets = all ? guests() : named(parsed.operands());
    Wait wait = parsed.has('w') ? Wait.WAIT_DESTROYED : Wait.WAIT_UNSPECIFIED;
    Map<Target, ToolstackFailure> failures =
        new Shutdowns(kind(parsed), wait, (target, step) -> report(targets.get(target), step))
            .run(List.copyOf(targets.keySet()));
    for (ToolstackFailure failure : failures.values()) {
      // xend writes the request and does not wait for the guest to acknowledge it.
      if (failure.reason() != Reason.REASON_NOT_ACKNOWLEDGED) {
        throw failure;
      }
    }
    if (parsed.has('w')) {
      call.streams().out().println("All domains terminated");
    }
    return 0;
  }

  /** Without arg_check's count: {@code -a} alone is an argument too. */
  private Getopt.Parsed parse() throws WithUsage {
    try {
      return Getopt.parse(
          "waRH", Map.of("wait", 'w', "all", 'a', "reboot", 'R', "halt", 'H'), call.arguments());
    } catch (Getopt.BadOption e) {
      throw new WithUsage(e.inPythonsWords());
    }
  }

  private Kind kind(Getopt.Parsed parsed) {
    if (call.command().name().equals("reboot") || parsed.has('R')) {
      return Kind.KIND_REBOOT;
    }
    return parsed.has('H') ? Kind.KIND_HALT : Kind.KIND_POWEROFF;
  }

  private Map<Target, String> named(List<String> arguments) throws CommandFailed, ToolstackFailure {
    Map<Target, String> targets = new LinkedHashMap<>();
    for (String argument : arguments) {
      targets.put(call.on(argument, target -> exists(target)), argument);
    }
    return targets;
  }

  private static Target exists(Target target) throws ToolstackFailure {
    Hosts.describe(target.host(), target.selector());
    return target;
  }

  private Map<Target, String> guests() throws ToolstackFailure {
    HostConnection host = call.session().hosts().standard();
    Map<Target, String> guests = new LinkedHashMap<>();
    for (DomainInfo domain :
        new ArrayList<>(
            host.call(stub -> stub.listDomains(ListDomainsRequest.getDefaultInstance()))
                .getDomainsList())) {
      if (domain.getDomid() != 0 && !domain.getLost()) {
        guests.put(new Target(host, domain.getDomid()), domain.getName());
      }
    }
    return guests;
  }

  private void report(String domain, ShutdownProgress step) {
    if (step.getStage() == ShutdownProgress.Stage.STAGE_DESTROYED) {
      call.streams().out().println("Domain " + domain + " terminated");
    }
  }
}
