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
    List<HostView> hosts, List<Ownership> ownerships, boolean registerReachable) {

  public record HostView(HostRecord record, HostState state) {}

  public Optional<HostView> host(String name) {
    return hosts.stream().filter(host -> host.record().name().equals(name)).findFirst();
  }

  /** Its owner is not Up, or is back without it. */
  public boolean isLost(Ownership ownership) {
    return host(ownership.owner())
        .filter(host -> host.record().incarnation() == ownership.incarnation())
        .filter(host -> host.state() == HostState.UP)
        .isEmpty();
  }
}
