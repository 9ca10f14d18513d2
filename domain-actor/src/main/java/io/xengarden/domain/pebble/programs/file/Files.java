package io.xengarden.domain.pebble.programs.file;

import io.xengarden.abi.XenVersionOp;
import io.xengarden.domain.pebble.blkfront.Block;
import io.xengarden.domain.pebble.blkfront.Vbd;
import io.xengarden.domain.pebble.image.Printf;
import io.xengarden.domain.pebble.kernel.Vcpu;
import io.xengarden.domain.pebble.kernel.Version;
import io.xengarden.domain.pebble.programs.operand.Arguments;
import io.xengarden.domain.pebble.programs.operand.Output;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** The names there are: /proc, /sys and /dev, as far as a Linux user would look here. */
public final class Files {
  private static final String HYPERVISOR = "/sys/hypervisor/";

  private static final List<VirtualFile> ALL =
      List.of(
          plain("/proc/cmdline", ProcFiles::cmdline),
          plain("/proc/cpuinfo", ProcFiles::cpuinfo),
          plain("/proc/interrupts", ProcFiles::interrupts),
          plain("/proc/meminfo", ProcFiles::meminfo),
          plain("/proc/net/dev", ProcFiles::netDev),
          plain("/proc/partitions", ProcFiles::partitions),
          plain("/proc/uptime", ProcFiles::uptime),
          plain("/proc/version", v -> Version.NAME + " version " + Version.RELEASE + "\n"),
          plain("/proc/sys/kernel/hostname", v -> v.state().hostName() + "\n"),
          plain("/proc/sys/kernel/random/boot_id", v -> v.state().bootId() + "\n"),
          plain(HYPERVISOR + "type", v -> "xen\n"),
          xen("uuid", XenVersionOp.GUEST_HANDLE, (v, answer, at) -> uuid(v, at)),
          xen("version/major", XenVersionOp.VERSION, (v, answer, at) -> (answer >>> 16) + "\n"),
          xen("version/minor", XenVersionOp.VERSION, (v, answer, at) -> (answer & 0xffff) + "\n"),
          xen("version/extra", XenVersionOp.EXTRAVERSION, string(XenVersionOp.EXTRAVERSION_SIZE)),
          xen(
              "properties/capabilities",
              XenVersionOp.CAPABILITIES,
              string(XenVersionOp.CAPABILITIES_SIZE)),
          xen("properties/changeset", XenVersionOp.CHANGESET, string(XenVersionOp.CHANGESET_SIZE)),
          xen(
              "properties/features",
              XenVersionOp.GET_FEATURES,
              (v, answer, at) ->
                  Printf.text("%08x\n", v.memory().getInt(at + XenVersionOp.FeatureInfo.SUBMAP))),
          xen(
              "properties/pagesize",
              XenVersionOp.PAGESIZE,
              (v, answer, at) -> Printf.text("%x\n", answer)),
          xen(
              "properties/virtual_start",
              XenVersionOp.PLATFORM_PARAMETERS,
              (v, answer, at) -> Printf.text("%x\n", v.memory().getLong(at))));

  private static final List<String> DEVICES = List.of("hvc0", "null", "urandom", "zero");

  /** What a plain file shows. */
  @FunctionalInterface
  interface Plain {
    String of(Vcpu v);
  }

  private Files() {}

  private static VirtualFile plain(String path, Plain content) {
    return new VirtualFile(path, VirtualFile.NO_QUERY, (v, answer, at) -> content.of(v));
  }

  private static VirtualFile xen(String name, int query, VirtualFile.Content content) {
    return new VirtualFile(HYPERVISOR + name, query, content);
  }

  private static VirtualFile.Content string(int size) {
    return (v, answer, at) -> {
      String field = new String(v.memory().read(at, size), StandardCharsets.ISO_8859_1);
      int end = field.indexOf(0);
      return (end < 0 ? field : field.substring(0, end)) + "\n";
    };
  }

  private static String uuid(Vcpu v, long at) {
    String hex = HexFormat.of().formatHex(v.memory().read(at, XenVersionOp.GUEST_HANDLE_SIZE));
    return hex.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5") + "\n";
  }

  public static Optional<VirtualFile> find(String path) {
    return ALL.stream().filter(file -> file.path().equals(path)).findFirst();
  }

  public static boolean isDirectory(Vcpu v, String path) {
    return !below(v, path).isEmpty();
  }

  public static boolean isDevice(Vcpu v, String path) {
    return path.startsWith("/dev/") && below(v, "/dev").contains(path.substring(5));
  }

  public static Output list(Vcpu v, Arguments arguments) {
    String path =
        arguments.words().stream()
            .skip(1)
            .filter(word -> !word.startsWith("-"))
            .findFirst()
            .orElse("/");
    String name = path.matches("/.*/") ? path.substring(0, path.length() - 1) : path;
    if (find(name).isPresent() || isDevice(v, name)) {
      return Output.ok(List.of(name));
    }
    List<String> names = below(v, name);
    return names.isEmpty()
        ? new Output(List.of("ls: cannot access '" + path + "': No such file or directory"), 2)
        : Output.ok(names);
  }

  /** Names directly below a directory, sorted; empty when there is no such directory. */
  private static List<String> below(Vcpu v, String directory) {
    String prefix = directory.equals("/") ? "/" : directory + "/";
    TreeSet<String> names = new TreeSet<>();
    for (String path : paths(v)) {
      if (path.startsWith(prefix)) {
        String rest = path.substring(prefix.length());
        int slash = rest.indexOf('/');
        names.add(slash < 0 ? rest : rest.substring(0, slash));
      }
    }
    return List.copyOf(names);
  }

  private static List<String> paths(Vcpu v) {
    List<String> paths = new ArrayList<>();
    ALL.forEach(file -> paths.add(file.path()));
    DEVICES.forEach(name -> paths.add("/dev/" + name));
    for (Vbd vbd : Block.disks(v)) {
      paths.add("/dev/" + vbd.name());
    }
    return paths;
  }
}
