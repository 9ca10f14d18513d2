package io.xengarden.cli.config;

import io.xengarden.cli.config.ConfigError.BadSpec;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.LifecycleAction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Turns a configuration's settings into a {@link DomainConfig}; unknown keys are ignored. */
public final class DomainConfigReader {
  /** What was read, and lines for the user that are no errors. */
  public record Result(DomainConfig config, List<String> warnings) {}

  /** xen/include/public/arch-x86: a PV domain cannot have more. */
  static final int MAX_VCPUS = 8192;

  /** 16 TiB: more than any emulated host can reserve, and far from overflowing KiB. */
  static final long MAX_MEMORY_MIB = 16L << 20;

  /** Long before Xen's start_info refuses it the host would; this only bounds messages. */
  static final int MAX_NAME = 255;

  private static final long KIB_PER_MIB = 1024;
  private static final Pattern UUID =
      Pattern.compile("[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}");
  private static final Set<String> HVM_ONLY =
      Set.of(
          "boot",
          "hap",
          "acpi",
          "apic",
          "pae",
          "nx",
          "usb",
          "usbdevice",
          "serial",
          "vga",
          "stdvga",
          "videoram",
          "shadow_memory",
          "firmware",
          "bios");

  private final ConfigSettings settings;
  private final Dialect dialect;
  private final Path directory;
  private final DomainConfig.Builder domain = DomainConfig.newBuilder();
  private final List<String> warnings = new ArrayList<>();

  private DomainConfigReader(ConfigSettings settings, Dialect dialect, Path directory) {
    this.settings = settings;
    this.dialect = dialect;
    this.directory = directory;
  }

  /**
   * Reads the keys of xl.cfg(5) that this build uses, and checks those it only accepts.
   *
   * @param directory what relative file names are relative to
   */
  public static Result read(ConfigSettings settings, Dialect dialect, Path directory)
      throws ConfigError {
    DomainConfigReader reader = new DomainConfigReader(settings, dialect, directory);
    reader.identity();
    reader.guestType();
    reader.memory();
    reader.vcpus();
    reader.scheduling();
    reader.boot();
    reader.devices();
    reader.actions();
    reader.accepted();
    return new Result(reader.domain.build(), reader.warnings);
  }

  private void identity() throws ConfigError {
    String name = settings.string("name", "");
    if (name.isEmpty()) {
      throw new ConfigError("Domain name must be specified.");
    }
    if (name.length() > MAX_NAME || name.chars().anyMatch(c -> c < ' ' || c == '/' || c == 0x7f)) {
      throw settings.error("name", "invalid domain name");
    }
    domain.setName(name);
    String uuid = settings.string("uuid", "");
    if (!uuid.isEmpty() && !UUID.matcher(uuid).matches()) {
      throw settings.error("uuid", "Failed to parse UUID: " + uuid);
    }
    domain.setUuid(canonicalUuid(uuid));
  }

  private static String canonicalUuid(String uuid) {
    String hex = uuid.replace("-", "").toLowerCase(Locale.ROOT);
    return hex.isEmpty()
        ? ""
        : hex.substring(0, 8)
            + "-"
            + hex.substring(8, 12)
            + "-"
            + hex.substring(12, 16)
            + "-"
            + hex.substring(16, 20)
            + "-"
            + hex.substring(20);
  }

  private void guestType() throws ConfigError {
    String type = settings.string("type", "pv");
    if (!type.equals("pv")) {
      boolean known = type.equals("pvh") || type.equals("hvm");
      throw settings.error(
          "type",
          known
              ? "type \"" + type + "\" needs hardware virtualization; only pv guests run here"
              : "Invalid domain type " + type + ".");
    }
    String builder = settings.string("builder", "generic");
    if (builder.equals("hvm")) {
      throw settings.error(
          "builder", "builder \"hvm\" needs hardware virtualization; only pv guests run here");
    }
    if (!builder.equals("generic") && !(dialect == Dialect.XM && builder.equals("linux"))) {
      throw settings.error("builder", "Invalid domain type " + builder + ".");
    }
  }

  private void memory() throws ConfigError {
    long memory = memoryMib("memory", dialect.defaultMemoryMib());
    long maximum = memoryMib("maxmem", memory);
    if (maximum < memory) {
      throw settings.error("maxmem", "maxmem (" + maximum + ") < memory (" + memory + ")");
    }
    domain.setMemoryKib(memory * KIB_PER_MIB).setMaxMemoryKib(maximum * KIB_PER_MIB);
  }

  private long memoryMib(String key, long otherwise) throws ConfigError {
    return inRange(key, otherwise, 1, MAX_MEMORY_MIB);
  }

  private void vcpus() throws ConfigError {
    int vcpus = (int) inRange("vcpus", 1, 1, MAX_VCPUS);
    if (dialect == Dialect.XM && settings.has("vcpu_avail")) {
      long all = vcpus < Long.SIZE ? (1L << vcpus) - 1 : -1L;
      int online = Long.bitCount(settings.number("vcpu_avail", 0) & all);
      domain.setVcpus(Math.max(1, online)).setMaxVcpus(vcpus);
      return;
    }
    int maximum = (int) inRange("maxvcpus", vcpus, 1, MAX_VCPUS);
    if (maximum < vcpus) {
      throw settings.error("maxvcpus", "maxvcpus (" + maximum + ") < vcpus (" + vcpus + ")");
    }
    domain.setVcpus(vcpus).setMaxVcpus(maximum);
  }

  private void scheduling() throws ConfigError {
    int maxCap = 100 * domain.getMaxVcpus();
    String cap = dialect == Dialect.XM ? "cpu_cap" : "cap";
    domain.setCpuWeight((int) inRange("cpu_weight", 256, 1, 65_535));
    domain.setCpuCap((int) inRange(cap, 0, 0, maxCap));
    cpuLists("cpus");
    cpuLists("cpus_soft");
  }

  /** Affinity is checked; this build's scheduler places vCPUs by itself. */
  private void cpuLists(String key) throws ConfigError {
    for (ConfigValue.Atom atom : settings.strings(key)) {
      try {
        CpuList.parse(atom.text(), CpuList.MAX_CPU + 1);
      } catch (BadSpec e) {
        throw e.at(atom.at());
      }
    }
  }

  private void boot() throws ConfigError {
    String kernel = settings.string("kernel", "");
    boolean loader = !settings.string("bootloader", "").isEmpty();
    if (kernel.isEmpty()) {
      throw loader
          ? settings.error("bootloader", "a bootloader is not supported yet: give a kernel")
          : new ConfigError("a kernel must be specified.");
    }
    if (loader) {
      throw settings.error("bootloader", "kernel and bootloader cannot both be specified");
    }
    domain.setKernel(path("kernel", kernel));
    String ramdisk = settings.string("ramdisk", "");
    domain.setRamdisk(ramdisk.isEmpty() ? "" : path("ramdisk", ramdisk));
    domain.setCmdline(commandLine());
  }

  private String commandLine() throws ConfigError {
    String root = settings.string("root", "");
    String extra = settings.string("extra", "");
    if (settings.has("cmdline")) {
      if (!root.isEmpty() || !extra.isEmpty()) {
        warnings.add("Warning: ignoring root= and extra= in favour of cmdline=");
      }
      return settings.string("cmdline", "");
    }
    return ((root.isEmpty() ? "" : "root=" + root) + " " + extra).strip();
  }

  private String path(String key, String name) throws ConfigError {
    if (name.startsWith("builtin:")) {
      return name;
    }
    try {
      return HostPath.absolute(name, directory);
    } catch (BadSpec e) {
      throw e.at(settings.get(key).at());
    }
  }

  private void devices() throws ConfigError {
    for (ConfigValue.Atom atom : settings.strings("disk")) {
      try {
        domain.addDisks(DiskSpec.parse(atom.text(), dialect, directory));
      } catch (BadSpec e) {
        throw e.at(atom.at());
      }
    }
    for (ConfigValue.Atom atom : settings.strings("vif")) {
      try {
        domain.addVifs(VifSpec.parse(atom.text()));
      } catch (BadSpec e) {
        throw e.at(atom.at());
      }
    }
  }

  private void actions() throws ConfigError {
    domain.setOnPoweroff(action("on_poweroff", "destroy"));
    domain.setOnReboot(action("on_reboot", "restart"));
    domain.setOnCrash(action("on_crash", dialect.defaultOnCrash()));
    domain.setOnWatchdog(action("on_watchdog", "destroy"));
    domain.setOnSoftReset(
        action("on_soft_reset", dialect == Dialect.XL ? "soft-reset" : "destroy"));
    domain.setNoMigrate(settings.flag("nomigrate"));
  }

  private LifecycleAction action(String key, String otherwise) throws ConfigError {
    String word = settings.string(key, otherwise);
    return switch (word) {
      case "destroy" -> LifecycleAction.LIFECYCLE_ACTION_DESTROY;
      case "restart" -> LifecycleAction.LIFECYCLE_ACTION_RESTART;
      case "rename-restart" -> LifecycleAction.LIFECYCLE_ACTION_RENAME_RESTART;
      case "preserve" -> LifecycleAction.LIFECYCLE_ACTION_PRESERVE;
      case "coredump-destroy" -> LifecycleAction.LIFECYCLE_ACTION_COREDUMP_DESTROY;
      case "coredump-restart" -> LifecycleAction.LIFECYCLE_ACTION_COREDUMP_RESTART;
      default -> {
        if (dialect == Dialect.XL && word.equals("soft-reset")) {
          yield LifecycleAction.LIFECYCLE_ACTION_SOFT_RESET;
        }
        throw settings.error(key, "Unknown " + key + " action \"" + word + "\" specified");
      }
    };
  }

  private void accepted() {
    for (String key : settings.keys()) {
      if (HVM_ONLY.contains(key)) {
        warnings.add("Warning: " + key + "= has no meaning for a pv guest");
      }
    }
  }

  private long inRange(String key, long otherwise, long least, long most) throws ConfigError {
    long value = settings.number(key, otherwise);
    if (value < least || value > most) {
      throw settings.error(key, key + " must be from " + least + " to " + most);
    }
    return value;
  }
}
