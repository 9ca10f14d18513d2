package io.xengarden.cli.xl;

import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.relocation.Relocations;
import io.xengarden.cli.text.Getopt;
import io.xengarden.cli.toolstack.Target;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.cli.xl.Invocation.HelpShown;
import io.xengarden.proto.v1.MigrateDomainRequest;
import io.xengarden.proto.v1.SaveDomainRequest.After;
import java.util.Map;

/** {@code xl save}, {@code restore} and {@code migrate}. */
final class XlRelocation {
  private XlRelocation() {}

  static int save(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    Getopt.Parsed parsed = call.parse("cpD");
    Target target = call.find(parsed.operands().get(0));
    try {
      new Relocations(call.session()).save(target, parsed.operands().get(1), after(parsed));
      return 0;
    } catch (ToolstackFailure e) {
      throw failed(call, e, "Failed to save domain, resuming domain");
    }
  }

  private static After after(Getopt.Parsed parsed) {
    if (parsed.has('p')) {
      return After.AFTER_PAUSE;
    }
    return parsed.has('c') ? After.AFTER_RESUME : After.AFTER_DESTROY;
  }

  static int restore(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    Getopt.Parsed parsed = call.parse("cpdeFVA");
    if (parsed.operands().size() > 1) {
      throw new CommandFailed(
          1, "xl restore: a configuration beside the saved one is not supported");
    }
    new Relocations(call.session()).restore(parsed.operands().getFirst(), parsed.has('p'));
    return 0;
  }

  static int migrate(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    Getopt.Parsed parsed = call.parse("FC:s:epD", Map.of("debug", 'g', "live", 'l'));
    Target target = call.find(parsed.operands().get(0));
    MigrateDomainRequest.Builder request =
        MigrateDomainRequest.newBuilder()
            .setTargetHost(parsed.operands().get(1))
            .setLive(true)
            .setPaused(parsed.has('p'))
            .setDebug(parsed.has('g'));
    try {
      new Relocations(call.session()).migrate(target, request);
    } catch (ToolstackFailure e) {
      throw failed(call, e, "Migration failed, resuming at sender.");
    }
    return 0;
  }

  private static CommandFailed failed(Invocation call, ToolstackFailure failure, String outcome) {
    call.streams().err().println(Xl.words(failure));
    return new CommandFailed(1, failure.isUnreachable() ? "" : outcome);
  }
}
