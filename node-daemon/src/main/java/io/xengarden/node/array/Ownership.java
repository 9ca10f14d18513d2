package io.xengarden.node.array;

import java.util.UUID;

/**
 * Who owns a domain.
 *
 * @param owner the host's name
 * @param incarnation of the owner's process
 * @param epoch greater than every epoch this uuid ever had; 0 in a record that is only proposed
 * @param attempt who wrote this record; the same token again is the same attempt, retried
 */
public record Ownership(
    UUID uuid, String owner, long incarnation, long epoch, String attempt, Description domain) {

  /** What a listing says of a domain whose owner is gone. */
  public record Description(String name, long memoryKib, int vcpus) {}

  Ownership withEpoch(long next) {
    return new Ownership(uuid, owner, incarnation, next, attempt, domain);
  }
}
