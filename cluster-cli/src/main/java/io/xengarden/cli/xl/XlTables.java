package io.xengarden.cli.xl;

import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.Uptime;
import io.xengarden.cli.text.Getopt;
import io.xengarden.cli.text.Row;
import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.Hosts;
import io.xengarden.cli.toolstack.Target;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.cli.xl.Invocation.HelpShown;
import io.xengarden.proto.v1.BlockDevice;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.ListBlockDevicesRequest;
import io.xengarden.proto.v1.ListDomainsRequest;
import io.xengarden.proto.v1.ListNetworkDevicesRequest;
import io.xengarden.proto.v1.ListVcpusRequest;
import io.xengarden.proto.v1.NetworkDevice;
import io.xengarden.proto.v1.ToolstackError.Reason;
import io.xengarden.proto.v1.VcpuInfo;
import java.io.PrintStream;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;

/** xl's tables other than {@code list}. Column widths are printf's, in xl's source. */
final class XlTables {
  private XlTables() {}

  static int vmList(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    call.parse("");
    PrintStream out = call.streams().out();
    out.println("UUID                                  ID    name");
    for (DomainInfo domain : domains(call.session().hosts().standard())) {
      if (domain.getDomid() != 0) {
        out.println(
            new Row()
                .text(domain.getUuid() + "  " + domain.getDomid() + "    ")
                .left(domain.getName(), 30));
      }
    }
    return 0;
  }

  static int vcpuList(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    List<String> arguments = call.parse("").operands();
    List<VcpuInfo> vcpus = new ArrayList<>();
    if (arguments.isEmpty()) {
      HostConnection host = call.session().hosts().standard();
      vcpus.addAll(
          host.call(stub -> stub.listVcpus(ListVcpusRequest.getDefaultInstance())).getVcpusList());
    }
    for (String argument : arguments) {
      Target target = call.find(argument);
      ListVcpusRequest request = ListVcpusRequest.newBuilder().setDomain(target.selector()).build();
      vcpus.addAll(target.host().call(stub -> stub.listVcpus(request)).getVcpusList());
    }
    PrintStream out = call.streams().out();
    out.println(vcpuHeader());
    vcpus.forEach(vcpu -> out.println(vcpuRow(vcpu)));
    return 0;
  }

  private static Row vcpuHeader() {
    return new Row()
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
        .text(" Affinity (Hard / Soft)");
  }

  private static Row vcpuRow(VcpuInfo vcpu) {
    Row row =
        new Row()
            .left(vcpu.getName(), 32)
            .text(" ")
            .right(vcpu.getDomid(), 5)
            .text(" ")
            .right(vcpu.getVcpu(), 5);
    if (vcpu.getOnline()) {
      row.right(vcpu.getPcpu(), 5)
          .text(" ")
          .right(vcpu.getRunning() ? "r" : "-", 3)
          .text(vcpu.getBlocked() ? "b- " : "-- ");
    } else {
      row.right("-", 5).text(" ").right("-", 3).text("-p ");
    }
    return row.tenths((float) vcpu.getCpuTimeNs() / 1e9, 9)
        .text("  " + affinity(vcpu.getHardAffinity()) + " / " + affinity(vcpu.getSoftAffinity()));
  }

  private static String affinity(String text) {
    return text.isEmpty() ? "all" : text;
  }

  static int blockList(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    List<String> arguments = call.parse("").operands();
    PrintStream out = call.streams().out();
    out.println(
        new Row()
            .left("Vdev", 5)
            .text(" ")
            .left("BE", 3)
            .text(" ")
            .left("handle", 6)
            .text(" ")
            .left("state", 5)
            .text(" ")
            .left("evt-ch", 6)
            .text(" ")
            .left("ring-ref", 8)
            .text(" ")
            .left("BE-path", 30));
    for (Target target : existing(call, arguments)) {
      ListBlockDevicesRequest request =
          ListBlockDevicesRequest.newBuilder().setDomain(target.selector()).build();
      for (BlockDevice device :
          ifThere(
              call,
              target,
              () -> target.host().call(stub -> stub.listBlockDevices(request)).getDevicesList())) {
        out.println(blockRow(device));
      }
    }
    return 0;
  }

  /** The handle column holds the frontend's domid: xl has always printed that. */
  private static Row blockRow(BlockDevice device) {
    return new Row()
        .left(device.getVdev(), 5)
        .text(" ")
        .left(device.getBackendDomid(), 3)
        .text(" ")
        .left(device.getFrontendDomid(), 6)
        .text(" ")
        .left(device.getState(), 5)
        .text(" ")
        .left(device.getEventChannel(), 6)
        .text(" ")
        .left(device.getRingRef(), 8)
        .text(" ")
        .left(device.getBackendPath(), 30);
  }

  static int networkList(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    List<String> arguments = call.parse("").operands();
    PrintStream out = call.streams().out();
    out.println(
        new Row()
            .left("Idx", 3)
            .text(" ")
            .left("BE", 2)
            .text(" ")
            .left("Mac Addr.", 17)
            .text(" ")
            .left("handle", 6)
            .text(" ")
            .left("state", 5)
            .text(" ")
            .left("evt-ch", 6)
            .text(" ")
            .right("tx-", 5)
            .text("/")
            .left("rx-ring-ref", 5)
            .text(" ")
            .left("BE-path", 30));
    for (Target target : existing(call, arguments)) {
      ListNetworkDevicesRequest request =
          ListNetworkDevicesRequest.newBuilder().setDomain(target.selector()).build();
      for (NetworkDevice device :
          ifThere(
              call,
              target,
              () ->
                  target.host().call(stub -> stub.listNetworkDevices(request)).getDevicesList())) {
        out.println(networkRow(device));
      }
    }
    return 0;
  }

  private static Row networkRow(NetworkDevice device) {
    return new Row()
        .left(device.getDevid(), 3)
        .text(" ")
        .left(device.getBackendDomid(), 2)
        .text(" ")
        .text(device.getMac())
        .right(device.getHandle(), 6)
        .text(" ")
        .right(device.getState(), 5)
        .text(" ")
        .right(device.getEventChannel(), 6)
        .text(" ")
        .right(device.getTxRingRef(), 5)
        .text("/")
        .left(device.getRxRingRef(), 11)
        .text(" ")
        .left(device.getBackendPath(), 30);
  }

  /** xl's device lists name a domain that is not there, and go on. */
  private static List<Target> existing(Invocation call, List<String> arguments)
      throws ToolstackFailure {
    List<Target> targets = new ArrayList<>();
    for (String argument : arguments) {
      try {
        targets.add(call.session().hosts().find(argument));
      } catch (ToolstackFailure e) {
        if (e.reason() != Reason.REASON_NO_SUCH_DOMAIN) {
          throw e;
        }
        call.streams().err().println(argument + " is an invalid domain identifier");
      }
    }
    return targets;
  }

  @FunctionalInterface
  private interface Listing<T> {
    List<T> get() throws ToolstackFailure;
  }

  private static <T> List<T> ifThere(Invocation call, Target target, Listing<T> listing)
      throws ToolstackFailure {
    try {
      return listing.get();
    } catch (ToolstackFailure e) {
      if (e.reason() != Reason.REASON_NO_SUCH_DOMAIN) {
        throw e;
      }
      call.streams().err().println(target.domid() + " is an invalid domain identifier");
      return List.of();
    }
  }

  static int uptime(Invocation call) throws CommandFailed, HelpShown, ToolstackFailure {
    Getopt.Parsed parsed = call.parse("s");
    List<DomainInfo> domains = new ArrayList<>();
    for (String argument : parsed.operands()) {
      Target target = call.find(argument);
      domains.add(Hosts.describe(target.host(), target.selector()));
    }
    if (parsed.operands().isEmpty()) {
      domains.addAll(domains(call.session().hosts().standard()));
    }
    PrintStream out = call.streams().out();
    if (!parsed.has('s')) {
      out.println(Uptime.header());
    }
    for (DomainInfo domain : domains) {
      out.println(parsed.has('s') ? Uptime.line(domain, LocalTime.now()) : Uptime.row(domain));
    }
    return 0;
  }

  private static List<DomainInfo> domains(HostConnection host) throws ToolstackFailure {
    return host
        .call(stub -> stub.listDomains(ListDomainsRequest.getDefaultInstance()))
        .getDomainsList()
        .stream()
        .filter(domain -> !domain.getLost())
        .toList();
  }
}
