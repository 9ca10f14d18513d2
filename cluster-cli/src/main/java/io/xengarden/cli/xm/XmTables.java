package io.xengarden.cli.xm;

import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.HostFacts;
import io.xengarden.cli.command.Uptime;
import io.xengarden.cli.text.Getopt;
import io.xengarden.cli.text.Row;
import io.xengarden.cli.text.Sxp;
import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.cli.xm.XmCall.WithUsage;
import io.xengarden.proto.v1.BlockDevice;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.GetHostInfoRequest;
import io.xengarden.proto.v1.ListBlockDevicesRequest;
import io.xengarden.proto.v1.ListDomainsRequest;
import io.xengarden.proto.v1.ListNetworkDevicesRequest;
import io.xengarden.proto.v1.ListVcpusRequest;
import io.xengarden.proto.v1.NetworkDevice;
import io.xengarden.proto.v1.ReadXenLogRequest;
import io.xengarden.proto.v1.VcpuInfo;
import java.io.PrintStream;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** xm's tables other than {@code list}. Column widths are those of Xen 4.1's xm. */
final class XmTables {
  private static final List<String> INFO =
      List.of(
          "system",
          "host",
          "release",
          "version",
          "machine",
          "nr_cpus",
          "nr_nodes",
          "cores_per_socket",
          "threads_per_core",
          "cpu_mhz",
          "hw_caps",
          "virt_caps",
          "total_memory",
          "free_memory",
          "free_cpus",
          "xen_major",
          "xen_minor",
          "xen_extra",
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
          "xend_config_format");

  private XmTables() {}

  static int vcpuList(XmCall call) throws CommandFailed, ToolstackFailure {
    List<VcpuInfo> vcpus = new ArrayList<>();
    for (String domain : call.arguments()) {
      vcpus.addAll(
          call.on(
              domain,
              target -> {
                ListVcpusRequest request =
                    ListVcpusRequest.newBuilder().setDomain(target.selector()).build();
                return target.host().call(stub -> stub.listVcpus(request)).getVcpusList();
              }));
    }
    if (call.arguments().isEmpty()) {
      vcpus.addAll(
          standard(call)
              .call(stub -> stub.listVcpus(ListVcpusRequest.getDefaultInstance()))
              .getVcpusList());
    }
    PrintStream out = call.streams().out();
    out.println(
        new Row()
            .left("Name", 32)
            .text(" ")
            .right("ID", 5)
            .text(" ")
            .right("VCPU", 5)
            .text(" ")
            .right("CPU", 5)
            .text(" ")
            .right("State", 5)
            .text(" ")
            .right("Time(s)", 9)
            .text(" CPU Affinity"));
    vcpus.forEach(vcpu -> out.println(vcpuRow(vcpu)));
    return 0;
  }

  private static Row vcpuRow(VcpuInfo vcpu) {
    String state =
        vcpu.getOnline()
            ? (vcpu.getRunning() ? "r" : "-") + (vcpu.getBlocked() ? "b" : "-") + "-"
            : "--p";
    return new Row()
        .left(vcpu.getName(), 32)
        .text(" ")
        .right(vcpu.getDomid(), 5)
        .text(" ")
        .right(vcpu.getVcpu(), 5)
        .text(" ")
        .right(vcpu.getOnline() ? vcpu.getPcpu() : "-", 5)
        .text(" ")
        .right(state, 5)
        .text("  ")
        .tenths(vcpu.getCpuTimeNs() / 1e9, 8)
        .text(" " + affinity(vcpu.getHardAffinity()));
  }

  private static String affinity(String text) {
    return switch (text) {
      case "", "all" -> "any cpu";
      case "none" -> "no cpus";
      default -> text;
    };
  }

  static int blockList(XmCall call) throws CommandFailed, WithUsage, ToolstackFailure {
    Getopt.Parsed parsed = call.parse("l", Map.of("long", 'l'));
    List<BlockDevice> devices =
        call.on(
            parsed.operands().getFirst(),
            target -> {
              ListBlockDevicesRequest request =
                  ListBlockDevicesRequest.newBuilder().setDomain(target.selector()).build();
              return target.host().call(stub -> stub.listBlockDevices(request)).getDevicesList();
            });
    PrintStream out = call.streams().out();
    if (parsed.has('l')) {
      devices.forEach(device -> out.println(details(device).pretty()));
      return 0;
    }
    if (!devices.isEmpty()) {
      out.println("Vdev  BE handle state evt-ch ring-ref BE-path");
    }
    devices.forEach(device -> out.println(blockRow(device)));
    return 0;
  }

  /** The handle column is 0: block frontends have no such node, and xm prints 0 for none. */
  private static Row blockRow(BlockDevice device) {
    return new Row()
        .left(device.getVdev(), 5)
        .text("  ")
        .left(device.getBackendDomid(), 3)
        .text("  ")
        .left(0, 3)
        .text("   ")
        .left(device.getState(), 3)
        .text("    ")
        .left(device.getEventChannel(), 3)
        .text("    ")
        .left(device.getRingRef(), 5)
        .text(" ")
        .left(device.getBackendPath(), 30);
  }

  private static Sxp details(BlockDevice device) {
    return Sxp.of(Integer.toString(device.getVdev()))
        .with("virtual-device", device.getVdev())
        .with("backend-id", device.getBackendDomid())
        .with("state", device.getState())
        .with("backend", device.getBackendPath())
        .with("ring-ref", device.getRingRef())
        .with("event-channel", device.getEventChannel());
  }

  static int networkList(XmCall call) throws CommandFailed, WithUsage, ToolstackFailure {
    Getopt.Parsed parsed = call.parse("l", Map.of("long", 'l'));
    List<NetworkDevice> devices =
        call.on(
            parsed.operands().getFirst(),
            target -> {
              ListNetworkDevicesRequest request =
                  ListNetworkDevicesRequest.newBuilder().setDomain(target.selector()).build();
              return target.host().call(stub -> stub.listNetworkDevices(request)).getDevicesList();
            });
    PrintStream out = call.streams().out();
    if (parsed.has('l')) {
      devices.forEach(device -> out.println(details(device).pretty()));
      return 0;
    }
    if (!devices.isEmpty()) {
      out.println("Idx BE     MAC Addr.     handle state evt-ch tx-/rx-ring-ref BE-path");
    }
    devices.forEach(device -> out.println(networkRow(device)));
    return 0;
  }

  private static Row networkRow(NetworkDevice device) {
    return new Row()
        .left(device.getDevid(), 3)
        .text(" ")
        .left(device.getBackendDomid(), 3)
        .left(device.getMac(), 17)
        .text("    ")
        .left(device.getHandle(), 3)
        .text("   ")
        .left(device.getState(), 3)
        .text("    ")
        .left(device.getEventChannel(), 3)
        .text("   ")
        .left(device.getTxRingRef(), 5)
        .text("/")
        .left(device.getRxRingRef(), 5)
        .text("   ")
        .left(device.getBackendPath(), 30);
  }

  private static Sxp details(NetworkDevice device) {
    return Sxp.of(Integer.toString(device.getDevid()))
        .with("mac", device.getMac())
        .with("handle", device.getHandle())
        .with("backend-id", device.getBackendDomid())
        .with("state", device.getState())
        .with("backend", device.getBackendPath())
        .with("tx-ring-ref", device.getTxRingRef())
        .with("rx-ring-ref", device.getRxRingRef())
        .with("event-channel", device.getEventChannel());
  }

  static int info(XmCall call) throws WithUsage, ToolstackFailure {
    Getopt.Parsed parsed = call.parse("cn", Map.of("config", 'c', "numa", 'n'));
    HostFacts facts =
        new HostFacts(
            standard(call).call(stub -> stub.getHostInfo(GetHostInfoRequest.getDefaultInstance())));
    PrintStream out = call.streams().out();
    if (parsed.has('c')) {
      out.println(HostFacts.line("xend_config_format", facts.value("xend_config_format")));
      return 0;
    }
    for (String name : INFO) {
      out.println(HostFacts.line(name, value(facts, name)));
      if (parsed.has('n') && name.equals("free_cpus")) {
        out.println("cpu_topology           :");
        out.println("cpu:    core    socket     node");
        facts.cpuRows().forEach(out::println);
        out.println("numa_info              :");
        out.println("node:    memsize    memfree    distances");
        out.println(facts.nodeRow());
      }
    }
    return 0;
  }

  /** xm shows whole megahertz where xl shows three decimals. */
  private static String value(HostFacts facts, String name) {
    return name.equals("cpu_mhz") ? Integer.toString(facts.host().getCpuMhz()) : facts.value(name);
  }

  static int dmesg(XmCall call) throws WithUsage, ToolstackFailure {
    Getopt.Parsed parsed = call.parse("c", Map.of("clear", 'c'));
    ReadXenLogRequest request = ReadXenLogRequest.newBuilder().setClear(parsed.has('c')).build();
    byte[] text = standard(call).call(stub -> stub.readXenLog(request)).getText().toByteArray();
    call.streams().out().write(text, 0, text.length);
    return 0;
  }

  static int uptime(XmCall call) throws CommandFailed, WithUsage, ToolstackFailure {
    Getopt.Parsed parsed = call.parse("s", Map.of("short", 's'));
    List<DomainInfo> domains = new ArrayList<>();
    for (String domain : parsed.operands()) {
      domains.add(call.describe(domain));
    }
    if (parsed.operands().isEmpty()) {
      domains.addAll(
          standard(call)
              .call(stub -> stub.listDomains(ListDomainsRequest.getDefaultInstance()))
              .getDomainsList());
    }
    PrintStream out = call.streams().out();
    if (!parsed.has('s')) {
      out.println(Uptime.header());
    }
    for (DomainInfo domain : domains) {
      if (!domain.getLost()) {
        out.println(parsed.has('s') ? Uptime.line(domain, LocalTime.now()) : Uptime.row(domain));
      }
    }
    return 0;
  }

  private static HostConnection standard(XmCall call) throws ToolstackFailure {
    return call.session().hosts().standard();
  }
}
