package io.xengarden.node.cluster;

import io.xengarden.node.array.HostRecord;
import io.xengarden.node.array.Ownership;
import java.util.List;
import java.util.Optional;

/**
 * The cluster as one host knows it.
 *
 * @param registerReachable false: the domains are as last known
 */
public record ClusterView(
    List<HostView> hosts, List<DomainView> domains, boolean registerReachable) {

  public record HostView(HostRecord record, HostState state) {}

  /**
   * @param lost its owner is not Up, or is back without it
   */
  public record DomainView(Ownership ownership, boolean lost) {}

  public Optional<HostView> host(String name) {
    return hosts.stream().filter(host -> host.record().name().equals(name)).findFirst();
  }
}
