package io.xengarden.cli.toolstack;

import io.xengarden.proto.v1.DomainSelector;

/** A domain on a host: what a command's DOMAIN argument turned out to mean. */
public record Target(HostConnection host, int domid) {
  public DomainSelector selector() {
    return DomainSelector.newBuilder().setDomid(domid).build();
  }

  /** An argument of digits only is a domid, as in xl. */
  public static boolean isDomid(String argument) {
    return !argument.isEmpty()
        && argument.length() <= 9
        && argument.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
