package io.xengarden.node.dom0;

import io.xengarden.abi.Domid;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A virtual device that has a backend's node in dom0. */
public record BackendDevice(Kind kind, Domid frontend, int devid)
    implements Comparable<BackendDevice> {
  /** What dom0 has backends for. */
  public enum Kind {
    VBD,
    VIF;

    /** As in paths. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Pattern NODE =
      Pattern.compile("/local/domain/0/backend/(vbd|vif)/(\\d{1,5})/(\\d{1,9})(/state)?");
  private static final Comparator<BackendDevice> ORDER =
      Comparator.comparing(BackendDevice::kind)
          .thenComparing(BackendDevice::frontend)
          .thenComparingInt(BackendDevice::devid);

  public String backendPath() {
    return "/local/domain/0/backend/" + kind.word() + "/" + frontend + "/" + devid;
  }

  /** The device whose backend node, or whose state, changed at {@code path}. */
  static Optional<BackendDevice> changedAt(String path) {
    Matcher matcher = NODE.matcher(path);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Kind kind = matcher.group(1).equals(Kind.VBD.word()) ? Kind.VBD : Kind.VIF;
    int domid = Integer.parseInt(matcher.group(2));
    int devid = Integer.parseInt(matcher.group(3));
    return domid < Domid.FIRST_RESERVED
        ? Optional.of(new BackendDevice(kind, Domid.of(domid), devid))
        : Optional.empty();
  }

  @Override
  public int compareTo(BackendDevice other) {
    return ORDER.compare(this, other);
  }
}
