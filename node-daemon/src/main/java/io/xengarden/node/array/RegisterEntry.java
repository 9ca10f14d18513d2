package io.xengarden.node.array;

import java.util.UUID;

/** One durable change of the register, in the order in which it took effect. */
public sealed interface RegisterEntry {
  record OwnershipPut(Ownership ownership) implements RegisterEntry {}

  /**
   * @param epoch of the record that is gone; no later record of any uuid gets this epoch again
   */
  record OwnershipRemoved(UUID uuid, long epoch) implements RegisterEntry {}

  record HostAnnounced(HostRecord host) implements RegisterEntry {}

  record FormerClaimed(String host) implements RegisterEntry {}
}
