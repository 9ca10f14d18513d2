package io.xengarden.cli.xm;

import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.text.Getopt;
import io.xengarden.cli.text.Row;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.cli.xm.XmCall.WithUsage;
import io.xengarden.proto.v1.DomainFlags;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.ListDomainsRequest;
import io.xengarden.proto.v1.ShutdownReason;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** {@code xm list}. */
final class XmList {
  private static final long KIB_PER_MIB = 1024;

  private final XmCall call;

  XmList(XmCall call) {
    this.call = call;
  }

  int run() throws CommandFailed, WithUsage, ToolstackFailure {
    Getopt.Parsed parsed =
        call.parse(
            "lvS:P:L", Map.of("long", 'l', "vcpus", 'v', "state", 'S', "pool", 'P', "label", 'L'));
    List<String> names = parsed.operands();
    if (parsed.has('S') && !names.isEmpty()) {
      throw new WithUsage("You may specify either a state or a particular VM, but not both");
    }
    PrintStream out = call.streams().out();
    if (parsed.has('v')) {
      out.println("-v is deprecated.  Please use xm vcpu-list.");
      return XmTables.vcpuList(new XmCall(call.session(), call.command(), names));
    }
    List<DomainInfo> domains = names.isEmpty() ? all(parsed.value('S')) : named(names);
    if (parsed.has('P') && !parsed.value('P').equals("Pool-0")) {
      domains = List.of();
    }
    if (parsed.has('l')) {
      domains.forEach(domain -> out.println(XmSxp.domain(domain).pretty()));
      return 0;
    }
    out.println(header(parsed.has('L')));
    domains.forEach(domain -> out.println(row(domain, parsed.has('L'))));
    return 0;
  }

  private List<DomainInfo> named(List<String> names) throws CommandFailed, ToolstackFailure {
    List<DomainInfo> domains = new ArrayList<>();
    for (String name : names) {
      domains.add(call.describe(name));
    }
    return domains;
  }

  /** By name, as xend lists them. */
  private List<DomainInfo> all(String state) throws ToolstackFailure {
    return call
        .session()
        .hosts()
        .standard()
        .call(stub -> stub.listDomains(ListDomainsRequest.getDefaultInstance()))
        .getDomainsList()
        .stream()
        .filter(domain -> state == null || isIn(domain, state))
        .sorted(Comparator.comparing(DomainInfo::getName))
        .toList();
  }

  private static boolean isIn(DomainInfo domain, String state) {
    DomainFlags flags = domain.getFlags();
    boolean ended = flags.getShutdown() || flags.getDying() || domain.getLost();
    return switch (state) {
      case "all" -> true;
      case "running" -> !ended && !flags.getPaused();
      case "paused" -> !ended && flags.getPaused();
      case "shutdown" -> flags.getShutdown() && !isCrashed(domain);
      case "crashed" -> isCrashed(domain);
      case "dying" -> flags.getDying();
      default -> false;
    };
  }

  private static String header(boolean labels) {
    Row row =
        new Row()
            .left("Name", 40)
            .text(" ")
            .right("ID", 5)
            .text(" ")
            .right("Mem", 5)
            .text(" ")
            .right("VCPUs", 5)
            .text(" ")
            .right("State", 10)
            .text(" ")
            .right("Time(s)", 9);
    return labels ? row.text(" ").left("Label", 10).toString() : row.toString();
  }

  private static String row(DomainInfo domain, boolean label) {
    Row row =
        new Row()
            .left(domain.getName(), 40)
            .text(" ")
            .right(domain.getLost() ? "" : domain.getDomid(), 5)
            .text(" ")
            .right(domain.getMemoryKib() / KIB_PER_MIB, 5)
            .text(" ")
            .right(domain.getOnlineVcpus(), 5)
            .text(" ")
            .right(state(domain), 10)
            .text(" ")
            .tenths(domain.getCpuTimeNs() / 1e9, 8);
    return label ? row.text(" ").left("INACTIVE", 10).toString() : row.toString();
  }

  /** Six plain booleans: running, blocked, paused, shutdown, crashed, dying. */
  static String state(DomainInfo domain) {
    if (domain.getLost()) {
      return "(lost)";
    }
    DomainFlags flags = domain.getFlags();
    return (flags.getRunning() ? "r" : "-")
        + (flags.getBlocked() ? "b" : "-")
        + (flags.getPaused() ? "p" : "-")
        + (flags.getShutdown() ? "s" : "-")
        + (isCrashed(domain) ? "c" : "-")
        + (flags.getDying() ? "d" : "-");
  }

  static boolean isCrashed(DomainInfo domain) {
    return domain.getFlags().getShutdown()
        && domain.getShutdownReason() == ShutdownReason.SHUTDOWN_REASON_CRASH;
  }
}
