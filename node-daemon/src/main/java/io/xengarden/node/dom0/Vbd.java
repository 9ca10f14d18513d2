package io.xengarden.node.dom0;

import io.xengarden.abi.Domid;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A virtual block device that has a backend's node in dom0. */
public record Vbd(Domid frontend, int devid) implements Comparable<Vbd> {
  private static final Pattern NODE =
      Pattern.compile("/local/domain/0/backend/vbd/(\\d{1,5})/(\\d{1,9})(/state)?");
  private static final Comparator<Vbd> ORDER =
      Comparator.comparing(Vbd::frontend).thenComparingInt(Vbd::devid);

  public String backendPath() {
    return "/local/domain/0/backend/vbd/" + frontend + "/" + devid;
  }

  /** The device whose backend node, or whose state, changed at {@code path}. */
  static Optional<Vbd> changedAt(String path) {
    Matcher matcher = NODE.matcher(path);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int domid = Integer.parseInt(matcher.group(1));
    int devid = Integer.parseInt(matcher.group(2));
    return domid < Domid.FIRST_RESERVED
        ? Optional.of(new Vbd(Domid.of(domid), devid))
        : Optional.empty();
  }

  @Override
  public int compareTo(Vbd other) {
    return ORDER.compare(this, other);
  }
}
