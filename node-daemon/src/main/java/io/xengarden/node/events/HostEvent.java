package io.xengarden.node.events;

import io.xengarden.abi.Domid;
import java.util.Optional;
import java.util.UUID;

/**
 * One change of state on this host, before the log numbers it.
 *
 * @param type dotted, lower-case: "domain.created"
 * @param subject the domain it happened to; empty for the host itself
 * @param detail one line for people
 */
public record HostEvent(String type, Optional<Subject> subject, String detail) {

  /** The domain as it was called at that moment. */
  public record Subject(Domid domid, UUID uuid, String name) {}

  public static HostEvent ofHost(String type, String detail) {
    return new HostEvent(type, Optional.empty(), detail);
  }

  public static HostEvent ofDomain(String type, Subject subject, String detail) {
    return new HostEvent(type, Optional.of(subject), detail);
  }
}
