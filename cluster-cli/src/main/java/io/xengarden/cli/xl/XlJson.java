package io.xengarden.cli.xl;

import io.xengarden.cli.text.Json;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.LifecycleAction;
import io.xengarden.proto.v1.VifConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A configuration as libxl's JSON has it; members at their default are left out, as libxl does. */
final class XlJson {
  private static final int DEFAULT_WEIGHT = 256;

  private XlJson() {}

  /**
   * {@code {"domid":N,"config":{…}}}, or only the configuration.
   *
   * @param domid negative for a configuration without a domain
   */
  static Json configuration(int domid, DomainConfig config) {
    Json.Fields fields =
        Json.fields().with("c_info", creation(config)).with("b_info", build(config));
    if (config.getDisksCount() > 0) {
      fields.with("disks", Json.array(config.getDisksList().stream().map(XlJson::disk).toList()));
    }
    if (config.getVifsCount() > 0) {
      fields.with("nics", nics(config.getVifsList()));
    }
    action(fields, "on_poweroff", config.getOnPoweroff());
    action(fields, "on_reboot", config.getOnReboot());
    action(fields, "on_watchdog", config.getOnWatchdog());
    action(fields, "on_crash", config.getOnCrash());
    action(fields, "on_soft_reset", config.getOnSoftReset());
    return domid < 0 ? fields : Json.fields().with("domid", domid).with("config", fields);
  }

  private static Json creation(DomainConfig config) {
    Json.Fields fields = Json.fields().with("type", "pv").with("name", config.getName());
    if (!config.getUuid().isEmpty()) {
      fields.with("uuid", config.getUuid());
    }
    return fields.with("run_hotplug_scripts", "True");
  }

  private static Json build(DomainConfig config) {
    int vcpus = Math.max(1, config.getVcpus());
    Json.Fields fields =
        Json.fields()
            .with("max_vcpus", Math.max(vcpus, config.getMaxVcpus()))
            .with("avail_vcpus", upTo(vcpus))
            .with("max_memkb", Math.max(config.getMemoryKib(), config.getMaxMemoryKib()))
            .with("target_memkb", config.getMemoryKib());
    if (config.getNoMigrate()) {
      fields.with("disable_migrate", "True");
    }
    Json.Fields scheduling = Json.fields();
    if (config.getCpuWeight() != 0 && config.getCpuWeight() != DEFAULT_WEIGHT) {
      scheduling.with("weight", config.getCpuWeight());
    }
    if (config.getCpuCap() != 0) {
      scheduling.with("cap", config.getCpuCap());
    }
    if (!scheduling.byName().isEmpty()) {
      fields.with("sched_params", scheduling);
    }
    text(fields, "kernel", config.getKernel());
    text(fields, "cmdline", config.getCmdline());
    text(fields, "ramdisk", config.getRamdisk());
    return fields.with("type.pv", Json.fields());
  }

  private static Json upTo(int count) {
    List<Json> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      numbers.add(new Json.Number(Integer.toString(i)));
    }
    return Json.array(numbers);
  }

  private static Json disk(DiskConfig disk) {
    Json.Fields fields = Json.fields();
    text(fields, "pdev_path", disk.getTarget());
    fields.with("vdev", disk.getVdev());
    String backend = backend(disk.getBackendType());
    text(fields, "backend", backend);
    fields.with("format", disk.getFormat().isEmpty() ? "raw" : disk.getFormat());
    if (disk.getCdrom()) {
      fields.with("removable", 1).with("is_cdrom", 1);
    }
    return disk.getReadOnly() ? fields : fields.with("readwrite", 1);
  }

  /** libxl knows phy, tap, qdisk and standalone; the prefix {@code file:} is none of them. */
  private static String backend(String type) {
    return type.equals("file") ? "" : type;
  }

  private static Json nics(List<VifConfig> vifs) {
    List<Json> nics = new ArrayList<>();
    for (VifConfig vif : vifs) {
      Json.Fields fields = Json.fields().with("devid", nics.size());
      if (vif.getMtu() != 0) {
        fields.with("mtu", vif.getMtu());
      }
      text(fields, "mac", vif.getMac());
      text(fields, "ip", vif.getIp());
      text(fields, "bridge", vif.getBridge());
      text(fields, "ifname", vif.getVifname());
      text(fields, "script", vif.getScript());
      fields.with("nictype", "vif");
      if (vif.getRateBytes() != 0) {
        fields
            .with("rate_bytes_per_interval", vif.getRateBytes())
            .with("rate_interval_usecs", vif.getRateIntervalUs());
      }
      nics.add(fields);
    }
    return Json.array(nics);
  }

  private static void action(Json.Fields fields, String name, LifecycleAction action) {
    if (action != LifecycleAction.LIFECYCLE_ACTION_UNSPECIFIED
        && action != LifecycleAction.UNRECOGNIZED) {
      String word = action.name().substring("LIFECYCLE_ACTION_".length());
      fields.with(name, word.toLowerCase(Locale.ROOT));
    }
  }

  private static void text(Json.Fields fields, String name, String value) {
    if (!value.isEmpty()) {
      fields.with(name, value);
    }
  }
}
