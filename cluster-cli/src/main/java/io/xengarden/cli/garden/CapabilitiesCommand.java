package io.xengarden.cli.garden;

import io.xengarden.cli.command.Command;
import io.xengarden.cli.command.CommandTable;
import io.xengarden.cli.command.HostFacts;
import io.xengarden.cli.command.Session;
import io.xengarden.cli.text.Json;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.proto.v1.GetHostInfoRequest;
import java.io.PrintStream;
import java.util.List;

/** {@code capabilities}: what a host says of itself, and which commands are built. */
final class CapabilitiesCommand {
  private static final List<String> FACTS =
      List.of(
          "host",
          "xen_version",
          "xen_caps",
          "xen_scheduler",
          "virt_caps",
          "nr_cpus",
          "total_memory");

  private final Session session;

  CapabilitiesCommand(Session session) {
    this.session = session;
  }

  int run(boolean json) throws ToolstackFailure {
    HostFacts facts =
        new HostFacts(
            session
                .hosts()
                .standard()
                .call(stub -> stub.getHostInfo(GetHostInfoRequest.getDefaultInstance())));
    PrintStream out = session.streams().out();
    if (json) {
      out.println(toJson(facts).pretty());
      return 0;
    }
    FACTS.forEach(name -> out.println(HostFacts.line(name, facts.value(name).strip())));
    out.println(HostFacts.line("xl", String.join(" ", built("xl"))));
    out.println(HostFacts.line("xm", String.join(" ", built("xm"))));
    return 0;
  }

  private static Json toJson(HostFacts facts) {
    Json.Fields fields = Json.fields();
    FACTS.forEach(name -> fields.with(name, facts.value(name).strip()));
    return fields.with("xl", words(built("xl"))).with("xm", words(built("xm")));
  }

  private static Json words(List<String> words) {
    return Json.array(words.stream().map(Json.Text::new).toList());
  }

  private static List<String> built(String dialect) {
    return CommandTable.of(dialect).commands().stream()
        .filter(command -> command.support() == Command.Support.BUILT)
        .map(Command::name)
        .toList();
  }
}
