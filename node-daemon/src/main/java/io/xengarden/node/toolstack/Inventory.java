package io.xengarden.node.toolstack;

import io.xengarden.abi.Domid;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.hypervisor.HypervisorCommand.DomainList;
import io.xengarden.hypervisor.HypervisorCommand.DomainStatus;
import io.xengarden.hypervisor.HypervisorCommand.VcpuStatus;
import io.xengarden.proto.v1.BlockDevice;
import io.xengarden.proto.v1.DomainFlags;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.VcpuInfo;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.StoreOp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Puts together what Xen knows of domains and what the toolstack knows, for those who ask. */
final class Inventory {
  private static final long KIB_PER_PAGE = 4;
  private static final int MISSING = -1;
  private static final String ALL_CPUS = "all";

  /** What is read of each disk's frontend. */
  private static final List<String> FRONTEND_NODES =
      List.of("backend", "backend-id", "state", "event-channel", "ring-ref");

  private final String host;
  private final Instant hostStart;
  private final DomainTable table;

  Inventory(String host, Instant hostStart, DomainTable table) {
    this.host = host;
    this.hostStart = hostStart;
    this.table = table;
  }

  List<DomainInfo> domains(DomainList list, Instant now) {
    return list.domains().stream().map(status -> domain(status, now)).toList();
  }

  Optional<DomainInfo> domain(Domid domid, DomainList list, Instant now) {
    return list.domains().stream()
        .filter(status -> status.domid().equals(domid))
        .findFirst()
        .map(status -> domain(status, now));
  }

  List<VcpuInfo> vcpus(DomainStatus status) {
    return status.vcpus().stream().map(vcpu -> vcpu(status.domid(), vcpu)).toList();
  }

  private DomainInfo domain(DomainStatus status, Instant now) {
    Optional<DomainRecord> record = table.byDomid(status.domid());
    Instant start = record.map(DomainRecord::startTime).orElse(hostStart);
    DomainInfo.Builder info =
        DomainInfo.newBuilder()
            .setDomid(status.domid().value())
            .setName(name(status.domid()))
            .setUuid(record.map(DomainRecord::uuid).orElse(uuid(status)).toString())
            .setMemoryKib(status.totPages() * KIB_PER_PAGE)
            .setMaxMemoryKib(status.maxPages() * KIB_PER_PAGE)
            .setOnlineVcpus(status.onlineVcpus())
            .setMaxVcpus(status.vcpus().size())
            .setFlags(flags(status))
            .setShutdownReason(reason(status))
            .setCpuTimeNs(status.cpuTimeNs())
            .setUptimeSeconds(Math.max(0, Duration.between(start, now).toSeconds()))
            .setStartTimeSeconds(start.getEpochSecond())
            .setHost(host);
    record.ifPresent(known -> info.setConfig(known.plan().config()));
    record
        .flatMap(DomainRecord::rings)
        .ifPresent(rings -> info.setStoreMfn(rings.storeGfn()).setConsoleMfn(rings.consoleGfn()));
    return info.build();
  }

  private static UUID uuid(DomainStatus status) {
    return status.domid().equals(Domid.DOM0) ? new UUID(0, 0) : status.handle();
  }

  private String name(Domid domid) {
    return domid.equals(Domid.DOM0)
        ? DomainNames.DOMAIN_0
        : table.byDomid(domid).map(DomainRecord::name).orElse(DomainNames.UNKNOWN);
  }

  private static DomainFlags flags(DomainStatus status) {
    var flags = status.flags();
    return DomainFlags.newBuilder()
        .setRunning(flags.running())
        .setBlocked(flags.blocked())
        .setPaused(flags.paused())
        .setShutdown(flags.shutdown())
        .setDying(flags.dying())
        .build();
  }

  private static io.xengarden.proto.v1.ShutdownReason reason(DomainStatus status) {
    return status
        .shutdownReason()
        .map(Inventory::onTheWire)
        .orElse(io.xengarden.proto.v1.ShutdownReason.SHUTDOWN_REASON_NONE);
  }

  /** The wire's numbers are Xen's plus one. */
  private static io.xengarden.proto.v1.ShutdownReason onTheWire(ShutdownReason reason) {
    return io.xengarden.proto.v1.ShutdownReason.forNumber(reason.number() + 1);
  }

  private VcpuInfo vcpu(Domid domid, VcpuStatus vcpu) {
    return VcpuInfo.newBuilder()
        .setDomid(domid.value())
        .setName(name(domid))
        .setVcpu(vcpu.vcpu())
        .setPcpu(vcpu.pcpu())
        .setOnline(vcpu.online())
        .setRunning(vcpu.running())
        .setBlocked(vcpu.blocked())
        .setCpuTimeNs(vcpu.cpuTimeNs())
        .setHardAffinity(ALL_CPUS)
        .setSoftAffinity(ALL_CPUS)
        .build();
  }

  /** Asks xenstore for what {@link #blockDevices} shows. */
  static List<StoreOp> blockDeviceQuestion(Domid domid, List<VirtualDisk> disks) {
    List<StoreOp> question = new ArrayList<>();
    for (VirtualDisk disk : disks) {
      String frontend = StorePaths.vbdFrontend(domid, disk.devid());
      FRONTEND_NODES.forEach(
          node -> question.add(new StoreOp.ReadIfPresent(frontend + "/" + node)));
    }
    return question;
  }

  static List<BlockDevice> blockDevices(Domid domid, List<VirtualDisk> disks, BatchDone answer) {
    List<BlockDevice> devices = new ArrayList<>();
    for (int i = 0; i < disks.size(); i++) {
      int first = i * FRONTEND_NODES.size();
      devices.add(
          BlockDevice.newBuilder()
              .setVdev(disks.get(i).devid())
              .setFrontendDomid(domid.value())
              .setBackendPath(answer.text(first).orElse(""))
              .setBackendDomid(number(answer.text(first + 1)))
              .setState(number(answer.text(first + 2)))
              .setEventChannel(number(answer.text(first + 3)))
              .setRingRef(number(answer.text(first + 4)))
              .build());
    }
    return devices;
  }

  /** What a guest wrote may be anything: what is no number is missing. */
  static int number(Optional<String> text) {
    return text.filter(digits -> digits.matches("\\d{1,9}")).map(Integer::parseInt).orElse(MISSING);
  }
}
