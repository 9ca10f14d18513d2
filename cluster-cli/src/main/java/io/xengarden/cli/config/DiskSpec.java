package io.xengarden.cli.config;

import io.xengarden.cli.config.ConfigError.BadSpec;
import io.xengarden.proto.v1.DiskConfig;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One entry of {@code disk=}: xl-disk-configuration(5)'s {@code target,format,vdev,access} with its
 * keys and flags, and the older {@code phy:/dev/x,xvda,w}.
 */
public final class DiskSpec {
  private enum Slot {
    TARGET,
    FORMAT,
    VDEV,
    ACCESS,
    BACKEND
  }

  private static final List<Slot> MODERN =
      List.of(Slot.TARGET, Slot.FORMAT, Slot.VDEV, Slot.ACCESS);
  private static final List<Slot> LEGACY =
      List.of(Slot.TARGET, Slot.VDEV, Slot.ACCESS, Slot.BACKEND);
  private static final Set<String> FORMATS = Set.of("raw", "qcow", "qcow2", "vhd", "qed");
  private static final Set<String> STRIPPED_PREFIXES =
      Set.of("tapdisk", "tap", "tap2", "aio", "ioemu", "file", "phy");
  private static final Set<String> SCRIPT_PREFIXES = Set.of("iscsi", "nbd", "enbd", "drbd");
  private static final Set<String> IGNORED_FLAGS =
      Set.of("direct-io-safe", "discard", "no-discard", "trusted", "untrusted");
  private static final Set<String> IGNORED_KEYS =
      Set.of(
          "specification",
          "grant_usage",
          "backend",
          "discard",
          "colo",
          "colo-host",
          "colo-port",
          "colo-export",
          "active-disk",
          "hidden-disk");

  private final Dialect dialect;
  private final Path directory;
  private final Map<Slot, String> slots = new EnumMap<>(Slot.class);
  private List<Slot> order = MODERN;
  private int position;
  private String prefixBackend = "";
  private String backendType = "";
  private boolean cdrom;

  private DiskSpec(Dialect dialect, Path directory) {
    this.dialect = dialect;
    this.directory = directory;
  }

  /** Reads one specification; relative targets are taken from {@code directory}. */
  static DiskConfig parse(String spec, Dialect dialect, Path directory) throws BadSpec {
    DiskSpec disk = new DiskSpec(dialect, directory);
    disk.parameters(disk.prefixes(spec.stripLeading()));
    return disk.build();
  }

  /** The rest of the specification behind {@code phy:} and its like. */
  private String prefixes(String spec) throws BadSpec {
    String rest = spec;
    while (true) {
      int colon = prefixEnd(rest);
      if (colon < 0) {
        return rest;
      }
      prefix(rest.substring(0, colon));
      rest = rest.substring(colon + 1);
    }
  }

  /** Where a leading {@code word:} ends, or -1: a word is letters and digits. */
  private static int prefixEnd(String spec) {
    int end = 0;
    while (end < spec.length() && isWord(spec.charAt(end))) {
      end++;
    }
    return end > 0 && end < spec.length() && spec.charAt(end) == ':' ? end : -1;
  }

  private static boolean isWord(char c) {
    return c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
  }

  private void prefix(String word) throws BadSpec {
    order = LEGACY;
    if (FORMATS.contains(word)) {
      set(Slot.FORMAT, word);
    } else if (SCRIPT_PREFIXES.contains(word)) {
      throw new BadSpec("disk script block-" + word + " is not supported");
    } else if (!STRIPPED_PREFIXES.contains(word)) {
      throw new BadSpec(
          dialect == Dialect.XL
              ? "unknown deprecated disk prefix `" + word + ":'"
              : "Block device type \"" + word + "\" is invalid.");
    } else if (word.equals("phy") || word.equals("file")) {
      prefixBackend = word;
    } else if (word.startsWith("tap")) {
      prefixBackend = "tap";
    }
  }

  private void parameters(String spec) throws BadSpec {
    String rest = spec;
    while (true) {
      rest = rest.stripLeading();
      if (rest.startsWith("target=")) {
        set(Slot.TARGET, rest.substring("target=".length()));
        return;
      }
      int comma = rest.indexOf(',');
      parameter(comma < 0 ? rest : rest.substring(0, comma), comma < 0);
      if (comma < 0) {
        return;
      }
      rest = rest.substring(comma + 1);
    }
  }

  private void parameter(String text, boolean last) throws BadSpec {
    int equals = text.indexOf('=');
    if (equals >= 0) {
      keyword(text.substring(0, equals).strip(), text.substring(equals + 1));
    } else if (text.equals("cdrom")) {
      cdrom = true;
    } else if (!IGNORED_FLAGS.contains(text) && !(last && text.isEmpty())) {
      positional(text);
    }
  }

  private void keyword(String key, String value) throws BadSpec {
    switch (key) {
      case "format" -> set(Slot.FORMAT, value);
      case "vdev" -> set(Slot.VDEV, value);
      case "access" -> set(Slot.ACCESS, value);
      case "devtype" -> devtype(value);
      case "backendtype" -> backendType = backendType(value);
      case "script" -> throw new BadSpec("disk script " + value + " is not supported");
      default -> {
        if (!IGNORED_KEYS.contains(key)) {
          throw new BadSpec("unknown disk parameter `" + key + "'");
        }
      }
    }
  }

  private static String backendType(String value) throws BadSpec {
    if (!Set.of("phy", "qdisk", "tap", "standalone").contains(value)) {
      throw new BadSpec("unknown value `" + value + "' for backendtype");
    }
    return value;
  }

  private void positional(String text) throws BadSpec {
    // ",hdc:cdrom,r": the old order shows only in its device type.
    if (order == MODERN && position == 1 && (text.endsWith(":cdrom") || text.endsWith(":disk"))) {
      order = LEGACY;
    }
    while (position < order.size() && slots.containsKey(order.get(position))) {
      position++;
    }
    if (position >= order.size()) {
      throw new BadSpec("too many positional parameters: `" + text + "'");
    }
    set(order.get(position++), text);
  }

  private void set(Slot slot, String value) throws BadSpec {
    String text = value.strip();
    if (slots.containsKey(slot)) {
      throw new BadSpec("disk " + slot.name().toLowerCase(Locale.ROOT) + " is set twice");
    }
    switch (slot) {
      case FORMAT -> format(text);
      case VDEV -> vdev(text);
      case ACCESS -> access(text);
      default -> slots.put(slot, text);
    }
  }

  private void format(String text) throws BadSpec {
    if (!text.isEmpty() && !FORMATS.contains(text)) {
      throw new BadSpec("unknown value `" + text + "' for format");
    }
    slots.put(Slot.FORMAT, text);
  }

  private void vdev(String text) throws BadSpec {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    if (colon >= 0) {
      devtype(text.substring(colon + 1));
    }
    if (!name.isEmpty() && Vdev.number(name).isEmpty()) {
      throw new BadSpec("invalid vdev `" + name + "'");
    }
    slots.put(Slot.VDEV, name);
  }

  private void devtype(String text) throws BadSpec {
    if (!text.equals("cdrom") && !text.equals("disk")) {
      throw new BadSpec("unknown value `" + text + "' for devtype");
    }
    cdrom = text.equals("cdrom");
  }

  private void access(String text) throws BadSpec {
    boolean known =
        Set.of("", "r", "ro", "w", "rw").contains(text)
            || dialect == Dialect.XM && text.equals("w!");
    if (!known) {
      throw new BadSpec(
          dialect == Dialect.XL ? "unknown value `" + text + "' for access" : "Invalid mode");
    }
    slots.put(Slot.ACCESS, text);
  }

  private DiskConfig build() throws BadSpec {
    String vdev = slots.getOrDefault(Slot.VDEV, "");
    if (vdev.isEmpty()) {
      throw new BadSpec("no vdev specified");
    }
    String access = slots.getOrDefault(Slot.ACCESS, "");
    boolean readOnly = access.isEmpty() ? cdrom : access.equals("r") || access.equals("ro");
    return DiskConfig.newBuilder()
        .setTarget(target())
        .setFormat(slots.getOrDefault(Slot.FORMAT, ""))
        .setVdev(vdev)
        .setReadOnly(readOnly)
        .setBackendType(backendType.isEmpty() ? prefixBackend : backendType)
        .setCdrom(cdrom)
        .build();
  }

  private String target() throws BadSpec {
    String target = slots.getOrDefault(Slot.TARGET, "");
    if (target.isEmpty()) {
      if (!cdrom) {
        throw new BadSpec("no target specified");
      }
      return "";
    }
    boolean device = dialect == Dialect.XM && prefixBackend.equals("phy");
    return HostPath.absolute(target, device ? Path.of("/dev") : directory);
  }
}
