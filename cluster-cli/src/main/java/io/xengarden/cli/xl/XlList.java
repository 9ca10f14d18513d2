package io.xengarden.cli.xl;

import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.text.Getopt;
import io.xengarden.cli.text.Json;
import io.xengarden.cli.text.Row;
import io.xengarden.cli.toolstack.Hosts;
import io.xengarden.cli.toolstack.Target;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.cli.xl.Invocation.HelpShown;
import io.xengarden.proto.v1.DomainFlags;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.ListDomainsRequest;
import io.xengarden.proto.v1.ShutdownReason;
import io.xengarden.proto.v1.ToolstackError.Reason;
import java.util.List;
import java.util.Map;

/** {@code xl list}. */
final class XlList {
  private static final String HEADER =
      "Name                                        ID   Mem VCPUs\tState\tTime(s)";
  private static final String REASON_LETTERS = "-rscwS";
  private static final long KIB_PER_MIB = 1024;

  private final Invocation call;

  XlList(Invocation call) {
    this.call = call;
  }

  int run() throws CommandFailed, HelpShown, ToolstackFailure {
    Getopt.Parsed parsed =
        call.parse(
            "lvZcn",
            Map.of("long", 'l', "verbose", 'v', "context", 'Z', "cpupool", 'c', "numa", 'n'));
    if (parsed.operands().size() > 1) {
      throw call.showHelp(1);
    }
    List<DomainInfo> domains =
        parsed.operands().isEmpty() ? all() : List.of(one(parsed.operands().getFirst()));
    if (parsed.has('l')) {
      call.streams().out().println(details(domains));
      return 0;
    }
    call.streams().out().println(header(parsed));
    for (DomainInfo domain : domains) {
      call.streams().out().println(row(domain, parsed));
    }
    return 0;
  }

  private List<DomainInfo> all() throws ToolstackFailure {
    return call.session()
        .hosts()
        .standard()
        .call(stub -> stub.listDomains(ListDomainsRequest.getDefaultInstance()))
        .getDomainsList();
  }

  private DomainInfo one(String argument) throws CommandFailed, ToolstackFailure {
    Target target = call.find(argument);
    try {
      return Hosts.describe(target.host(), target.selector());
    } catch (ToolstackFailure e) {
      if (e.reason() == Reason.REASON_NO_SUCH_DOMAIN) {
        throw new CommandFailed(1, "Error: Domain '" + argument + "' does not exist.");
      }
      throw e;
    }
  }

  private static String details(List<DomainInfo> domains) {
    return Json.array(
            domains.stream()
                .filter(DomainInfo::hasConfig)
                .map(domain -> XlJson.configuration(domain.getDomid(), domain.getConfig()))
                .toList())
        .pretty();
  }

  private static String header(Getopt.Parsed columns) {
    return HEADER
        + (columns.has('v') ? "   UUID                            Reason-Code\tSecurity Label" : "")
        + (columns.has('Z') && !columns.has('v') ? "   Security Label" : "")
        + (columns.has('c') ? "         Cpupool" : "")
        + (columns.has('n') ? " NODE Affinity" : "");
  }

  private static String row(DomainInfo domain, Getopt.Parsed columns) {
    Row row =
        new Row()
            .left(domain.getName(), 40)
            .text(" ")
            .right(domain.getLost() ? "-" : domain.getDomid(), 5)
            .text(" ")
            .right(domain.getMemoryKib() / KIB_PER_MIB, 5)
            .text(" ")
            .right(domain.getOnlineVcpus(), 5)
            .text("     ")
            .text(state(domain))
            .text("  ")
            .tenths((float) domain.getCpuTimeNs() / 1e9, 8);
    if (columns.has('v')) {
      row.text(" " + domain.getUuid()).text(" ").right(reason(domain), 8);
    }
    if (columns.has('v') || columns.has('Z')) {
      row.text(" ").right("-", 16);
    }
    if (columns.has('c')) {
      row.right("Pool-0", 16);
    }
    if (columns.has('n')) {
      row.text(" all");
    }
    return row.toString();
  }

  private static String reason(DomainInfo domain) {
    return domain.getFlags().getShutdown() ? Integer.toHexString(reasonCode(domain)) : "-";
  }

  /** The six letters; a domain whose owner is gone has no state anyone could know. */
  static String state(DomainInfo domain) {
    if (domain.getLost()) {
      return "(lost)";
    }
    DomainFlags flags = domain.getFlags();
    return (flags.getRunning() ? "r" : "-")
        + (flags.getBlocked() ? "b" : "-")
        + (flags.getPaused() ? "p" : "-")
        + (flags.getShutdown() ? "s" : "-")
        + reasonLetter(domain)
        + (flags.getDying() ? "d" : "-");
  }

  private static char reasonLetter(DomainInfo domain) {
    int code = domain.getFlags().getShutdown() ? reasonCode(domain) : 0;
    return code < REASON_LETTERS.length() ? REASON_LETTERS.charAt(code) : '?';
  }

  private static int reasonCode(DomainInfo domain) {
    ShutdownReason reason = domain.getShutdownReason();
    if (reason == ShutdownReason.UNRECOGNIZED) {
      return REASON_LETTERS.length();
    }
    return Math.max(0, reason.getNumber() - 1);
  }
}
