package io.xengarden.node.relocation.migration;

import io.xengarden.proto.v1.DomainSelector;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is to be moved, where to, and how.
 *
 * @param targetHost its name in the cluster
 */
public record MigrationOrder(DomainSelector domain, String targetHost, Set<Option> options) {
  /** Each is off unless it is there. */
  public enum Option {
    /** Most pages go while the guest runs. */
    LIVE,
    /** The domain stays paused at the target. */
    PAUSED,
    /** Every page is compared by hash before the domain changes hands. */
    DEBUG
  }

  public MigrationOrder {
    options = Collections.unmodifiableSet(new TreeSet<>(options));
  }

  boolean is(Option option) {
    return options.contains(option);
  }
}
