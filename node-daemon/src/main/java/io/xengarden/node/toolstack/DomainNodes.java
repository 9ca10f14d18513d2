package io.xengarden.node.toolstack;

import io.xengarden.abi.Domid;
import io.xengarden.domain.builder.BuiltDomain;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.xenstore.StoreOp;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * The nodes that libxl makes for a PV domain, device nodes apart. Source: libxl__domain_make,
 * libxl__build_post and libxl__device_console_add in tools/libs/light.
 */
final class DomainNodes {
  private static final List<String> RW_DIRECTORIES =
      List.of("data", "drivers", "feature", "attr", "error");
  private static final List<String> CONTROLS =
      List.of("shutdown", "feature-poweroff", "feature-reboot", "feature-suspend", "sysrq");
  private static final String CONSOLE_LIMIT = "1048576";

  private final Domid domid;
  private final DomainPlan plan;
  private final String dom;

  DomainNodes(Domid domid, DomainPlan plan) {
    this.domid = domid;
    this.plan = plan;
    this.dom = StorePaths.domain(domid);
  }

  /** What stands before the domain has memory. */
  List<StoreOp> skeleton() {
    String vm = StorePaths.vm(plan.uuid());
    NodeWriter nodes = new NodeWriter(domid);
    nodes.ro(dom, "").ro(vm, "");
    nodes.ro(dom + "/vm", vm).ro(dom + "/name", plan.name());
    for (String directory : List.of("cpu", "memory", "device", "control")) {
      nodes.ro(dom + "/" + directory, "");
    }
    nodes.rw(dom + "/device/suspend", "").rw(dom + "/device/suspend/event-channel", "");
    CONTROLS.forEach(control -> nodes.rw(dom + "/control/" + control, ""));
    nodes.ro(dom + "/control/platform-feature-multiprocessor-suspend", "1");
    nodes.ro(dom + "/control/platform-feature-xs_reset_watches", "1");
    RW_DIRECTORIES.forEach(directory -> nodes.rw(dom + "/" + directory, ""));
    nodes.ro(vm + "/uuid", plan.uuid().toString()).ro(vm + "/name", plan.name());
    String libxl = StorePaths.libxl(domid);
    nodes.no(libxl, "").no(libxl + "/type", "pv").no(libxl + "/device", "");
    return nodes.no(libxl + "/dm-version", "qemu_xen").ops();
  }

  /** What is known when the domain is built: the last before it is introduced. */
  List<StoreOp> built(BuiltDomain built, Instant startTime) {
    DomainConfig config = plan.config();
    NodeWriter nodes = new NodeWriter(domid);
    nodes.ro(dom + "/memory/static-max", config.getMaxMemoryKib());
    nodes.ro(dom + "/memory/target", config.getMemoryKib());
    nodes.ro(dom + "/memory/videoram", 0);
    nodes.ro(dom + "/domid", domid.value());
    nodes.ro(dom + "/store", "");
    nodes.ro(dom + "/store/port", built.storePort());
    nodes.ro(dom + "/store/ring-ref", built.storeGfn());
    for (int vcpu = 0; vcpu < config.getMaxVcpus(); vcpu++) {
      String availability = vcpu < config.getVcpus() ? "online" : "offline";
      nodes.ro(dom + "/cpu/" + vcpu, "").ro(dom + "/cpu/" + vcpu + "/availability", availability);
    }
    image(nodes, startTime);
    console(nodes, built);
    return nodes.ops();
  }

  /** A preserved domain's new name and uuid; its old /vm goes to the one that is restarted. */
  static List<StoreOp> renamed(Domid domid, String name, UUID oldUuid, UUID newUuid) {
    String dom = StorePaths.domain(domid);
    String vm = StorePaths.vm(newUuid);
    return new NodeWriter(domid)
        .remove(StorePaths.vm(oldUuid))
        .ro(vm, "")
        .ro(vm + "/uuid", newUuid.toString())
        .ro(vm + "/name", name)
        .ro(dom + "/vm", vm)
        .ro(dom + "/name", name)
        .ops();
  }

  /** The same domain under another name. */
  static List<StoreOp> named(Domid domid, UUID uuid, String name) {
    return new NodeWriter(domid)
        .ro(StorePaths.domain(domid) + "/name", name)
        .ro(StorePaths.vm(uuid) + "/name", name)
        .ops();
  }

  /** Everything of the domain, its devices' backends included. */
  static List<StoreOp> removal(Domid domid, UUID uuid) {
    return new NodeWriter(domid)
        .remove(StorePaths.backendsOf(domid, "vbd"))
        .remove(StorePaths.backendsOf(domid, "console"))
        .remove(StorePaths.vm(uuid))
        .remove(StorePaths.domain(domid))
        .remove(StorePaths.libxl(domid))
        .ops();
  }

  private void image(NodeWriter nodes, Instant startTime) {
    String vm = StorePaths.vm(plan.uuid());
    DomainConfig config = plan.config();
    nodes.ro(vm + "/image", "");
    nodes.ro(vm + "/image/ostype", "linux");
    nodes.ro(vm + "/image/kernel", config.getKernel());
    if (!config.getCmdline().isEmpty()) {
      nodes.ro(vm + "/image/cmdline", config.getCmdline());
    }
    nodes.ro(
        vm + "/start_time",
        "%d.%02d".formatted(startTime.getEpochSecond(), startTime.getNano() / 10_000_000));
  }

  private void console(NodeWriter nodes, BuiltDomain built) {
    String frontend = dom + "/console";
    String backend = StorePaths.consoleBackend(domid);
    String libxl = StorePaths.libxl(domid) + "/device/console";
    nodes.ro(frontend, "");
    nodes.ro(frontend + "/backend", backend).ro(frontend + "/backend-id", 0);
    nodes.ro(frontend + "/limit", CONSOLE_LIMIT).ro(frontend + "/type", "xenconsoled");
    nodes.ro(frontend + "/output", "pty").ro(frontend + "/tty", "");
    nodes.ro(frontend + "/port", built.consolePort());
    nodes.ro(frontend + "/ring-ref", built.consoleGfn());
    nodes.ro(backend, "");
    nodes.ro(backend + "/frontend", frontend).ro(backend + "/frontend-id", domid.value());
    nodes.ro(backend + "/online", 1).ro(backend + "/state", 1);
    nodes.ro(backend + "/protocol", "vt100");
    nodes.no(libxl, "").no(libxl + "/0", "");
    nodes.no(libxl + "/0/frontend", frontend).no(libxl + "/0/backend", backend);
    nodes.no(libxl + "/0/frontend-id", domid.toString()).no(libxl + "/0/online", "1");
    nodes.no(libxl + "/0/state", "1").no(libxl + "/0/protocol", "vt100");
  }
}
