package io.xengarden.domain.pebble.programs.file;

import io.xengarden.abi.StartInfo;
import io.xengarden.domain.pebble.blkfront.Block;
import io.xengarden.domain.pebble.blkfront.Vbd;
import io.xengarden.domain.pebble.image.Extents;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Ports;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.image.VcpuRecord;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.netfront.Net;
import io.xengarden.domain.pebble.netfront.Vif;
import io.xengarden.domain.pebble.netfront.Vif.Counter;
import io.xengarden.machine.Memory;
import java.util.ArrayList;
import java.util.List;

/** The contents of /proc. */
final class ProcFiles {
  private static final long NS_PER_CENTISECOND = 10_000_000;

  private ProcFiles() {}

  static String cmdline(Vcpu v) {
    return StartInfo.readFrom(v.memory(), v.state().startInfo()).cmdLine() + "\n";
  }

  /** Seconds since boot, and seconds that vCPUs were idle, summed up. */
  static String uptime(Vcpu v) {
    long idle = 0;
    for (int vcpu : online(v)) {
      idle += v.record(vcpu).idleTime();
    }
    return centiseconds(v.now()) + " " + centiseconds(idle) + "\n";
  }

  private static String centiseconds(long ns) {
    long count = ns / NS_PER_CENTISECOND;
    return Printf.text("%d.%02d", count / 100, count % 100);
  }

  static String meminfo(Vcpu v) {
    long total = v.state().ramPages();
    long free = total - new Extents(v.memory()).pagesInUse();
    String row = "%-16s%8d kB\n";
    return Printf.text(row, "MemTotal:", total * 4)
        + Printf.text(row, "MemFree:", free * 4)
        + Printf.text(row, "MemAvailable:", free * 4)
        + Printf.text(row, "Filled:", v.state().filledPages() * 4);
  }

  static String cpuinfo(Vcpu v) {
    StringBuilder text = new StringBuilder();
    for (int vcpu : online(v)) {
      text.append("processor\t: ").append(vcpu).append('\n');
      text.append("vendor_id\t: Xengarden\n");
      text.append("model name\t: Xengarden emulated pCPU\n");
      text.append("cpu MHz\t\t: 1000.000\n");
      text.append("flags\t\t: hypervisor constant_tsc\n\n");
    }
    return text.toString();
  }

  static String interrupts(Vcpu v) {
    List<Integer> online = online(v);
    StringBuilder text = new StringBuilder("    ");
    online.forEach(vcpu -> text.append(Printf.text("%11s", "CPU" + vcpu)));
    text.append('\n');
    Ports ports = new Ports(v.memory());
    for (int port = 1; port < Layout.PORT_COUNT; port++) {
      Ports.Kind kind = ports.kind(port);
      if (kind == Ports.Kind.NONE) {
        continue;
      }
      boolean perVcpu = kind == Ports.Kind.TIMER || kind == Ports.Kind.KICK;
      int target = perVcpu ? ports.argument(port) : 0;
      text.append(Printf.text("%3d:", port));
      for (int vcpu : online) {
        text.append(Printf.text("%11d", vcpu == target ? ports.count(port) : 0));
      }
      text.append("   xen-dyn    ").append(label(v, kind, ports.argument(port))).append('\n');
    }
    return text.toString();
  }

  private static String label(Vcpu v, Ports.Kind kind, int argument) {
    return switch (kind) {
      case STORE -> "xenbus";
      case CONSOLE -> "hvc_console";
      case TIMER -> "timer" + argument;
      case KICK -> "resched" + argument;
      case VBD -> "blkif " + new Vbd(v.memory(), argument).name();
      case VIF -> new Vif(v.memory(), argument).name();
      case NONE -> "";
    };
  }

  /** As Linux: sizes in KiB. */
  static String partitions(Vcpu v) {
    StringBuilder text = new StringBuilder("major minor  #blocks  name\n\n");
    for (Vbd vbd : Block.disks(v)) {
      text.append(
          Printf.text(
              "%4d  %7d %10d %s\n",
              vbd.devid() >>> 8, vbd.devid() & 0xff, vbd.sectors() / 2, vbd.name()));
    }
    return text.toString();
  }

  /** As Linux: what interfaces have received and sent. */
  static String netDev(Vcpu v) {
    StringBuilder text =
        new StringBuilder("Inter-|   Receive                            ")
            .append(
                "                    |  Transmit\n face |bytes    packets errs drop fifo frame ")
            .append(
                "compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n");
    for (Vif vif : Net.interfaces(v)) {
      text.append(
          Printf.text(
              "%6s: %7d %7d    0 %4d    0     0          0         0"
                  + " %8d %7d    0 %4d    0     0       0          0\n",
              vif.name(),
              vif.count(Counter.RX_BYTES),
              vif.count(Counter.RX_PACKETS),
              vif.count(Counter.RX_DROPPED),
              vif.count(Counter.TX_BYTES),
              vif.count(Counter.TX_PACKETS),
              vif.count(Counter.TX_DROPPED)));
    }
    return text.toString();
  }

  private static List<Integer> online(Vcpu v) {
    List<Integer> online = new ArrayList<>();
    Memory memory = v.memory();
    for (int vcpu = 0; vcpu < Layout.VCPU_COUNT; vcpu++) {
      if (new VcpuRecord(memory, vcpu).is(VcpuRecord.ONLINE)) {
        online.add(vcpu);
      }
    }
    return online;
  }
}
