package io.xengarden.cli.xl;

import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.Shutdowns;
import io.xengarden.cli.text.Getopt;
import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.Target;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.cli.xl.Invocation.HelpShown;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.ListDomainsRequest;
import io.xengarden.proto.v1.ShutdownDomainRequest.Kind;
import io.xengarden.proto.v1.ShutdownDomainRequest.Wait;
import io.xengarden.proto.v1.ShutdownProgress;
import io.xengarden.proto.v1.ShutdownReason;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code xl shutdown} and {@code xl reboot}. */
final class XlShutdown {
  private final Invocation call;
  private final boolean reboots;
  private final PrintStream err;

  XlShutdown(Invocation call) {
    this.call = call;
    this.reboots = call.command().name().equals("reboot");
    this.err = call.streams().err();
  }

  int run() throws CommandFailed, HelpShown, ToolstackFailure {
    Getopt.Parsed parsed = call.parse("awF", Map.of("all", 'a', "wait", 'w'));
    boolean all = parsed.has('a');
    if (!all && parsed.operands().isEmpty()) {
      throw new CommandFailed(1, "You must specify -a or a domain id.");
    }
    List<Target> targets = all ? guests() : List.of(call.find(parsed.operands().getFirst()));
    Wait wait = waitFor(parsed.count('w'));
    for (Target target : targets) {
      err.println((reboots ? "Rebooting domain " : "Shutting down domain ") + target.domid());
    }
    if (wait != Wait.WAIT_UNSPECIFIED) {
      err.println("Waiting for " + targets.size() + " domains");
    }
    Kind kind = reboots ? Kind.KIND_REBOOT : Kind.KIND_POWEROFF;
    Map<Target, ToolstackFailure> failures =
        new Shutdowns(kind, wait, (target, step) -> report(wait, target, step)).run(targets);
    for (ToolstackFailure failure : failures.values()) {
      throw XlLifecycle.failed(call.command().name(), failure);
    }
    return 0;
  }

  private static Wait waitFor(long letters) {
    if (letters == 0) {
      return Wait.WAIT_UNSPECIFIED;
    }
    return letters == 1 ? Wait.WAIT_SHUTDOWN : Wait.WAIT_DESTROYED;
  }

  private List<Target> guests() throws ToolstackFailure {
    HostConnection host = call.session().hosts().standard();
    List<Target> guests = new ArrayList<>();
    for (DomainInfo domain :
        host.call(stub -> stub.listDomains(ListDomainsRequest.getDefaultInstance()))
            .getDomainsList()) {
      if (domain.getDomid() != 0 && !domain.getLost()) {
        guests.add(new Target(host, domain.getDomid()));
      }
    }
    return guests;
  }

  private void report(Wait wait, Target target, ShutdownProgress step) {
    if (wait == Wait.WAIT_UNSPECIFIED) {
      return;
    }
    String domain = "Domain " + target.domid();
    switch (step.getStage()) {
      case STAGE_SHUT_DOWN ->
          err.println(domain + " has been shut down, reason code " + reasonCode(step));
      case STAGE_DESTROYED -> err.println(domain + " has been destroyed");
      default -> {
        // Requests and acknowledgements are not news to whoever asked.
      }
    }
  }

  private int reasonCode(ShutdownProgress step) {
    ShutdownReason reason = step.getReason();
    if (reason == ShutdownReason.SHUTDOWN_REASON_NONE || reason == ShutdownReason.UNRECOGNIZED) {
      return reboots ? 1 : 0;
    }
    return reason.getNumber() - 1;
  }
}
