package io.xengarden.cli.xm;

import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.relocation.Relocations;
import io.xengarden.cli.text.Getopt;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.cli.xm.XmCall.WithUsage;
import io.xengarden.proto.v1.MigrateDomainRequest;
import io.xengarden.proto.v1.SaveDomainRequest.After;
import java.util.Map;

/** {@code xm save}, {@code restore} and {@code migrate}. */
final class XmRelocation {
  private XmRelocation() {}

  static int save(XmCall call) throws CommandFailed, WithUsage, ToolstackFailure {
    Getopt.Parsed parsed = call.parse("c", Map.of("checkpoint", 'c'));
    After after = parsed.has('c') ? After.AFTER_RESUME : After.AFTER_DESTROY;
    return call.on(
        parsed.operands().get(0),
        target -> {
          new Relocations(call.session()).save(target, parsed.operands().get(1), after);
          return 0;
        });
  }

  static int restore(XmCall call) throws WithUsage, ToolstackFailure {
    Getopt.Parsed parsed = call.parse("p", Map.of("paused", 'p'));
    new Relocations(call.session()).restore(parsed.operands().getFirst(), parsed.has('p'));
    return 0;
  }

  /** Not live unless -l, as xend has it. */
  static int migrate(XmCall call) throws CommandFailed, WithUsage, ToolstackFailure {
    Getopt.Parsed parsed =
        call.parse(
            "lp:n:sc",
            Map.of("live", 'l', "port", 'p', "node", 'n', "ssl", 's', "change_home_server", 'c'));
    MigrateDomainRequest.Builder request =
        MigrateDomainRequest.newBuilder()
            .setTargetHost(parsed.operands().get(1))
            .setLive(parsed.has('l'));
    return call.on(
        parsed.operands().get(0),
        target -> {
          new Relocations(call.session()).migrate(target, request);
          return 0;
        });
  }
}
