package io.xengarden.cli.xm;

import io.xengarden.cli.text.Sxp;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.LifecycleAction;
import io.xengarden.proto.v1.ShutdownReason;
import io.xengarden.proto.v1.VifConfig;
import java.math.BigDecimal;
import java.util.Locale;

/** Domains and configurations as xend's S-expressions. */
final class XmSxp {
  private static final long KIB_PER_MIB = 1024;

  private XmSxp() {}

  /** What {@code xm list -l} shows of one domain. */
  static Sxp domain(DomainInfo domain) {
    DomainConfig config = domain.getConfig();
    Sxp sxp =
        Sxp.of("domain")
            .with("domid", domain.getDomid())
            .with("cpu_weight", config.getCpuWeight() == 0 ? 256 : config.getCpuWeight())
            .with("cpu_cap", config.getCpuCap())
            .with(Sxp.of("bootloader"))
            .with("on_crash", action(config.getOnCrash(), "restart"))
            .with("uuid", domain.getUuid())
            .with(Sxp.of("bootloader_args"))
            .with("vcpus", Math.max(1, domain.getMaxVcpus()))
            .with("name", domain.getName())
            .with("on_poweroff", action(config.getOnPoweroff(), "destroy"))
            .with("on_reboot", action(config.getOnReboot(), "restart"))
            .with("cpus", new Sxp.Raw("(())"))
            .with(Sxp.of("description"))
            .with("maxmem", maxmemKib(domain) / KIB_PER_MIB)
            .with("memory", domain.getMemoryKib() / KIB_PER_MIB)
            .with("shadow_memory", 0)
            .with(Sxp.of("features"))
            .with("on_xend_start", "ignore")
            .with("on_xend_stop", "ignore")
            .with("start_time", domain.getStartTimeSeconds())
            .with("cpu_time", BigDecimal.valueOf(domain.getCpuTimeNs(), 9))
            .with("online_vcpus", domain.getOnlineVcpus());
    if (domain.hasConfig()) {
      sxp.with(image(config));
    }
    sxp.with("status", status(domain))
        .with("state", XmList.state(domain))
        .with("store_mfn", domain.getStoreMfn())
        .with("console_mfn", domain.getConsoleMfn());
    devices(sxp, config);
    return domain.getDomid() == 0
        ? sxp
        : sxp.with(
            Sxp.of("device", Sxp.of("console").with("protocol", "vt100").with("location", 2)));
  }

  /** What was configured: the hypervisor's own limit lies a little above it. */
  private static long maxmemKib(DomainInfo domain) {
    long configured = domain.getConfig().getMaxMemoryKib();
    return configured == 0 ? domain.getMaxMemoryKib() : configured;
  }

  /** What {@code xm create -n} shows. */
  static Sxp configuration(DomainConfig config) {
    Sxp sxp =
        Sxp.of("vm")
            .with("name", config.getName())
            .with("memory", config.getMemoryKib() / KIB_PER_MIB)
            .with("maxmem", config.getMaxMemoryKib() / KIB_PER_MIB)
            .with("on_poweroff", action(config.getOnPoweroff(), "destroy"))
            .with("on_reboot", action(config.getOnReboot(), "restart"))
            .with("on_crash", action(config.getOnCrash(), "restart"))
            .with("vcpus", Math.max(1, config.getMaxVcpus()));
    if (!config.getUuid().isEmpty()) {
      sxp.with("uuid", config.getUuid());
    }
    sxp.with(image(config));
    devices(sxp, config);
    return sxp;
  }

  private static Sxp image(DomainConfig config) {
    Sxp linux = Sxp.of("linux").with("kernel", config.getKernel());
    if (!config.getRamdisk().isEmpty()) {
      linux.with("ramdisk", config.getRamdisk());
    }
    return Sxp.of("image", linux.with("args", config.getCmdline()));
  }

  private static void devices(Sxp sxp, DomainConfig config) {
    for (VifConfig vif : config.getVifsList()) {
      sxp.with(Sxp.of("device", vif(vif)));
    }
    for (DiskConfig disk : config.getDisksList()) {
      sxp.with(Sxp.of("device", vbd(disk)));
    }
  }

  private static Sxp vif(VifConfig vif) {
    Sxp sxp = Sxp.of("vif");
    text(sxp, "bridge", vif.getBridge());
    text(sxp, "mac", vif.getMac());
    text(sxp, "ip", vif.getIp());
    text(sxp, "vifname", vif.getVifname());
    text(sxp, "script", vif.getScript());
    return sxp.with("backend", 0);
  }

  private static Sxp vbd(DiskConfig disk) {
    String type = disk.getBackendType().isEmpty() ? "file" : disk.getBackendType();
    return Sxp.of("vbd")
        .with("uname", type + ":" + disk.getTarget())
        .with("driver", "paravirtualised")
        .with("mode", disk.getReadOnly() ? "r" : "w")
        .with("dev", disk.getVdev() + (disk.getCdrom() ? ":cdrom" : ":disk"));
  }

  private static void text(Sxp sxp, String name, String value) {
    if (!value.isEmpty()) {
      sxp.with(name, value);
    }
  }

  /** xend's numbers: 1 paused, 2 running, 3 suspended, 4 shutdown, 5 crashed, 6 unknown. */
  private static int status(DomainInfo domain) {
    if (domain.getLost()) {
      return 6;
    }
    if (XmList.isCrashed(domain)) {
      return 5;
    }
    if (domain.getFlags().getShutdown()) {
      boolean suspended = domain.getShutdownReason() == ShutdownReason.SHUTDOWN_REASON_SUSPEND;
      return suspended ? 3 : 4;
    }
    return domain.getFlags().getPaused() ? 1 : 2;
  }

  private static String action(LifecycleAction action, String otherwise) {
    if (action == LifecycleAction.LIFECYCLE_ACTION_UNSPECIFIED
        || action == LifecycleAction.UNRECOGNIZED) {
      return otherwise;
    }
    return action
        .name()
        .substring("LIFECYCLE_ACTION_".length())
        .toLowerCase(Locale.ROOT)
        .replace('_', '-');
  }
}
