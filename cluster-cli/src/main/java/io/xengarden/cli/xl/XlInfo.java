package io.xengarden.cli.xl;

import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.HostFacts;
import io.xengarden.cli.text.Getopt;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.cli.xl.Invocation.HelpShown;
import io.xengarden.proto.v1.GetHostInfoRequest;
import io.xengarden.proto.v1.ReadXenLogRequest;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/** {@code xl info} and {@code xl dmesg}: what there is to know of a host. */
final class XlInfo {
  private static final List<String> BEFORE_TOPOLOGY =
      List.of(
          "host",
          "release",
          "version",
          "machine",
          "nr_cpus",
          "max_cpu_id",
          "nr_nodes",
          "cores_per_socket",
          "threads_per_core",
          "cpu_mhz",
          "hw_caps",
          "virt_caps",
          "total_memory",
          "free_memory",
          "sharing_freed_memory",
          "sharing_used_memory",
          "outstanding_claims",
          "free_cpus");
  private static final List<String> AFTER_TOPOLOGY =
      List.of(
          "xen_major",
          "xen_minor",
          "xen_extra",
          "xen_version",
          "xen_caps",
          "xen_scheduler",
          "xen_pagesize",
          "platform_params",
          "xen_changeset",
          "xen_commandline",
          "cc_compiler",
          "cc_compile_by",
          "cc_compile_domain",
          "cc_compile_date",
          "build_id",
          "xend_config_format");

  private XlInfo() {}

  static int run(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    Getopt.Parsed parsed = call.parse("nx", Map.of("numa", 'n', "xenstore", 'x'));
    HostFacts facts =
        new HostFacts(
            call.session()
                .hosts()
                .standard()
                .call(stub -> stub.getHostInfo(GetHostInfoRequest.getDefaultInstance())));
    PrintStream out = call.streams().out();
    if (!parsed.has('n') && !parsed.operands().isEmpty()) {
      field(out, facts, parsed.operands().getFirst());
      return 0;
    }
    BEFORE_TOPOLOGY.forEach(name -> out.println(HostFacts.line(name, facts.value(name))));
    if (parsed.has('n')) {
      topology(out, facts);
    }
    AFTER_TOPOLOGY.forEach(name -> out.println(HostFacts.line(name, facts.value(name))));
    if (parsed.has('x')) {
      out.println(HostFacts.line("xenstore_features", "0x00000000"));
    }
    return 0;
  }

  /** A name that is no field prints nothing, as in xl. */
  private static void field(PrintStream out, HostFacts facts, String name) {
    if (BEFORE_TOPOLOGY.contains(name) || AFTER_TOPOLOGY.contains(name)) {
      out.println(facts.value(name));
    }
  }

  private static void topology(PrintStream out, HostFacts facts) {
    out.println("cpu_topology           :");
    out.println("cpu:    core    socket     node");
    facts.cpuRows().forEach(out::println);
    out.println("device topology        :");
    out.println("device           node");
    out.println("No device topology data available");
    out.println("numa_info              :");
    out.println("node:    memsize    memfree    distances");
    out.println(facts.nodeRow());
  }

  static int dmesg(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    Getopt.Parsed parsed = call.parse("c", Map.of("clear", 'c'));
    ReadXenLogRequest request = ReadXenLogRequest.newBuilder().setClear(parsed.has('c')).build();
    byte[] text =
        call.session()
            .hosts()
            .standard()
            .call(stub -> stub.readXenLog(request))
            .getText()
            .toByteArray();
    call.streams().out().write(text, 0, text.length);
    return 0;
  }
}
