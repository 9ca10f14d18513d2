package io.xengarden.node.toolstack;

import io.xengarden.abi.SharedInfo;
import io.xengarden.abi.StartInfo;
import io.xengarden.domain.KernelImage;
import io.xengarden.domain.KernelImages;
import io.xengarden.node.HostSettings;
import io.xengarden.node.toolstack.VirtualDisk.Medium;
import io.xengarden.proto.v1.DiskConfig;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.LifecycleAction;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.storage.BlockImages.Access;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * The border for configurations: what passes it is complete and within the host's limits; what does
 * not is refused with one line, before anything has changed.
 */
public final class ConfigCheck {
  /** Characters in a name. */
  public static final int MAX_NAME = 128;

  /** vCPUs of a domain: those that have a place in shared_info. */
  public static final int MAX_VCPUS = SharedInfo.MAX_LEGACY_VCPUS;

  /** Disks of a domain. */
  public static final int MAX_DISKS = 64;

  /** Bytes of a disk's target. */
  public static final int MAX_TARGET = 2048;

  /** Memory of a domain, and of any host: 16 TiB. */
  public static final long MAX_MEMORY_KIB = 16L << 30;

  private static final long KIB_PER_MIB = 1024;
  private static final int DEFAULT_WEIGHT = 256;
  private static final int MAX_WEIGHT = 65_535;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.:/+-]+");
  private static final Pattern ONLY_DIGITS = Pattern.compile("\\d+");

  private final KernelImages kernels;
  private final RandomGenerator random;
  private final VifCheck vifs;

  /** A configuration that is refused. Stackless: it is part of the protocol. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient ToolstackError error;

    Refused(ToolstackError error) {
      super(error.getMessage(), null, false, false);
      this.error = error;
    }

    public ToolstackError error() {
      return error;
    }
  }

  /**
   * @param random chooses a uuid where none is given, and MACs
   */
  public ConfigCheck(KernelImages kernels, RandomGenerator random) {
    this(kernels, random, mac -> false);
  }

  /**
   * @param macInUse whether a domain of this host has a MAC already
   */
  ConfigCheck(KernelImages kernels, RandomGenerator random, Predicate<String> macInUse) {
    this.vifs = new VifCheck(random, macInUse);
    this.kernels = kernels;
    this.random = random;
  }

  public DomainPlan check(DomainConfig config) throws Refused {
    checkName(config.getName());
    UUID uuid = uuid(config.getUuid());
    KernelImage kernel = kernel(config);
    DomainConfig complete = completed(config, uuid);
    checkMemory(complete, kernel);
    checkCpus(complete);
    checkCommandLine(complete);
    List<VirtualDisk> disks = disks(complete);
    DomainConfig withVifs = vifs(complete);
    List<VirtualInterface> vifs = VifCheck.interfaces(withVifs);
    return new DomainPlan(withVifs, uuid, kernel, disks, vifs, warnings(withVifs));
  }

  private DomainConfig vifs(DomainConfig config) throws Refused {
    try {
      return vifs.completed(config, HostSettings.BRIDGES);
    } catch (VifCheck.BadVif bad) {
      throw refused(bad.getMessage());
    }
  }

  private static void checkName(String name) throws Refused {
    require(!name.isEmpty(), "Domain name must be specified.");
    require(name.length() <= MAX_NAME, "name longer than " + MAX_NAME + " characters");
    require(
        NAME.matcher(name).matches(),
        "name '" + printable(name) + "': only letters, digits and _.:/+- are allowed");
    require(
        !ONLY_DIGITS.matcher(name).matches(),
        "name '" + name + "': digits only would be taken for a domid");
    require(!name.equals(DomainNames.DOMAIN_0), "name 'Domain-0' is the host's own");
  }

  private UUID uuid(String text) throws Refused {
    if (text.isEmpty()) {
      return DomainNames.randomUuid(random);
    }
    return DomainNames.parseUuid(text)
        .orElseThrow(() -> refused("uuid '" + printable(text) + "' is no uuid"));
  }

  private KernelImage kernel(DomainConfig config) throws Refused {
    require(!config.getKernel().isEmpty(), "no kernel specified");
    return kernels
        .find(config.getKernel())
        .orElseThrow(
            () -> new Refused(ToolstackErrors.unsupportedKernel(printable(config.getKernel()))));
  }

  private static DomainConfig completed(DomainConfig config, UUID uuid) {
    long memory = roundedUp(config.getMemoryKib());
    int vcpus = config.getVcpus() == 0 ? 1 : config.getVcpus();
    return config.toBuilder()
        .setUuid(uuid.toString())
        .setMemoryKib(memory)
        .setMaxMemoryKib(
            config.getMaxMemoryKib() == 0 ? memory : roundedUp(config.getMaxMemoryKib()))
        .setVcpus(vcpus)
        .setMaxVcpus(config.getMaxVcpus() == 0 ? vcpus : config.getMaxVcpus())
        .setCpuWeight(config.getCpuWeight() == 0 ? DEFAULT_WEIGHT : config.getCpuWeight())
        .setOnPoweroff(or(config.getOnPoweroff(), LifecycleAction.LIFECYCLE_ACTION_DESTROY))
        .setOnReboot(or(config.getOnReboot(), LifecycleAction.LIFECYCLE_ACTION_RESTART))
        .setOnCrash(or(config.getOnCrash(), LifecycleAction.LIFECYCLE_ACTION_DESTROY))
        .setOnWatchdog(or(config.getOnWatchdog(), LifecycleAction.LIFECYCLE_ACTION_DESTROY))
        .setOnSoftReset(or(config.getOnSoftReset(), LifecycleAction.LIFECYCLE_ACTION_SOFT_RESET))
        .build();
  }

  private static LifecycleAction or(LifecycleAction given, LifecycleAction standard) {
    return given == LifecycleAction.LIFECYCLE_ACTION_UNSPECIFIED ? standard : given;
  }

  /** To whole MiB; what is out of range stays so. */
  private static long roundedUp(long kib) {
    return kib > MAX_MEMORY_KIB ? kib : (kib + KIB_PER_MIB - 1) / KIB_PER_MIB * KIB_PER_MIB;
  }

  private static void checkMemory(DomainConfig config, KernelImage kernel) throws Refused {
    long least = kernel.minimumPages() * 4;
    require(
        config.getMemoryKib() >= least,
        "memory of %d KiB: %s needs %d KiB at least"
            .formatted(config.getMemoryKib(), kernel.name(), least));
    require(config.getMemoryKib() <= MAX_MEMORY_KIB, "memory is over 16 TiB");
    require(config.getMaxMemoryKib() <= MAX_MEMORY_KIB, "maxmem is over 16 TiB");
    require(
        config.getMaxMemoryKib() >= config.getMemoryKib(),
        "maxmem of %d KiB is less than memory of %d KiB"
            .formatted(config.getMaxMemoryKib(), config.getMemoryKib()));
  }

  private static void checkCpus(DomainConfig config) throws Refused {
    require(
        config.getVcpus() >= 1 && config.getVcpus() <= MAX_VCPUS,
        "vcpus of " + config.getVcpus() + ": 1 to " + MAX_VCPUS + " are possible");
    require(
        config.getMaxVcpus() <= MAX_VCPUS,
        "maxvcpus of " + config.getMaxVcpus() + ": at most " + MAX_VCPUS + " are possible");
    require(config.getMaxVcpus() >= config.getVcpus(), "maxvcpus < vcpus");
    require(
        config.getCpuWeight() >= 1 && config.getCpuWeight() <= MAX_WEIGHT,
        "cpu_weight of " + config.getCpuWeight() + ": 1 to " + MAX_WEIGHT + " are possible");
    int maxCap = 100 * config.getMaxVcpus();
    require(
        config.getCpuCap() >= 0 && config.getCpuCap() <= maxCap,
        "cap of " + config.getCpuCap() + ": 0 to " + maxCap + " are possible");
  }

  private static void checkCommandLine(DomainConfig config) throws Refused {
    int bytes = config.getCmdline().getBytes(StandardCharsets.UTF_8).length;
    require(
        bytes < StartInfo.CMD_LINE_SIZE,
        "kernel command line of " + bytes + " bytes: at most " + (StartInfo.CMD_LINE_SIZE - 1));
    require(
        config.getCmdline().chars().noneMatch(Character::isISOControl),
        "kernel command line holds a control character");
    require(
        config.getRamdisk().isEmpty(),
        "ramdisk '" + printable(config.getRamdisk()) + "': a built-in kernel takes none");
  }

  private static List<VirtualDisk> disks(DomainConfig config) throws Refused {
    require(config.getDisksCount() <= MAX_DISKS, "more than " + MAX_DISKS + " disks");
    List<VirtualDisk> disks = new ArrayList<>();
    Set<Integer> devids = new TreeSet<>();
    for (DiskConfig disk : config.getDisksList()) {
      VirtualDisk checked = disk(disk);
      require(devids.add(checked.devid()), "disk vdev=" + checked.vdev() + " is given twice");
      disks.add(checked);
    }
    return List.copyOf(disks);
  }

  private static VirtualDisk disk(DiskConfig disk) throws Refused {
    String vdev = disk.getVdev();
    int devid =
        Vdev.parse(vdev)
            .orElseThrow(() -> refused("disk vdev='" + printable(vdev) + "' is no name of a disk"));
    String target = disk.getTarget();
    require(!target.isEmpty(), "disk vdev=" + vdev + " has no target");
    require(
        target.startsWith("/")
            && target.getBytes(StandardCharsets.UTF_8).length <= MAX_TARGET
            && target.chars().noneMatch(Character::isISOControl),
        "disk vdev=" + vdev + " target='" + printable(target) + "' is no absolute path");
    require(
        disk.getFormat().isEmpty() || disk.getFormat().equals("raw"),
        "disk vdev="
            + vdev
            + ": format "
            + printable(disk.getFormat())
            + " is not supported, only raw");
    boolean readOnly = disk.getReadOnly() || disk.getCdrom();
    return new VirtualDisk(
        target,
        vdev,
        devid,
        readOnly ? Access.READ_ONLY : Access.READ_WRITE,
        disk.getCdrom() ? Medium.CDROM : Medium.DISK);
  }

  private static List<String> warnings(DomainConfig config) {
    List<String> warnings = new ArrayList<>();
    if (LifecyclePolicy.dumpsCore(config)) {
      warnings.add(
          "core dumps are not supported: coredump-destroy is destroy, coredump-restart restart");
    }
    return List.copyOf(warnings);
  }

  private static void require(boolean condition, String otherwise) throws Refused {
    if (!condition) {
      throw refused(otherwise);
    }
  }

  private static Refused refused(String message) {
    return new Refused(ToolstackErrors.badConfig(message));
  }

  /** One line of bounded length, whatever was sent. */
  static String printable(String text) {
    String line =
        text.codePoints()
            .limit(MAX_NAME)
            .collect(
                StringBuilder::new,
                (out, c) -> out.appendCodePoint(Character.isISOControl(c) ? '?' : c),
                StringBuilder::append)
            .toString();
    return line.length() < text.length() ? line + "…" : line;
  }
}
