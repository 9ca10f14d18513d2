package io.xengarden.node.relocation;

import akka.actor.typed.ActorRef;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.machine.HostClock;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.cluster.DirectoryCommand;
import io.xengarden.node.dom0.Dom0Command;
import io.xengarden.node.ownership.OwnershipCommand;
import io.xengarden.node.relocation.guest.GuestActors;
import io.xengarden.node.toolstack.RelocationRequest.Frozen;
import io.xengarden.node.toolstack.ToolstackCommand;
import io.xengarden.xenstore.XenStoreCommand;
import java.util.random.RandomGenerator;

/**
 * What saves, restores and migrations of one host work with.
 *
 * @param host its name
 */
public record RelocationSetup(String host, Actors actors, ClusterParts cluster, Outside outside) {
  /** For actors that block, or copy in bulk beside the guest. */
  public static final String IO_DISPATCHER = "xengarden.io-dispatcher";

  public record Actors(
      ActorRef<HypervisorCommand> hypervisor,
      ActorRef<XenStoreCommand> store,
      ActorRef<Dom0Command> dom0,
      ActorRef<ToolstackCommand> toolstack) {}

  public record ClusterParts(
      ActorRef<RegisterCommand> register,
      ActorRef<DirectoryCommand> directory,
      ActorRef<OwnershipCommand> ownership) {}

  /** What reaches the host from outside (law 5), or leaves it. */
  public record Outside(HostClock clock, RandomGenerator random, RelocationPorts ports) {
    public CrashPoints crashPoints() {
      return ports.crashPoints();
    }
  }

  /** Those who have to do with the suspending of a domain that is frozen. */
  public GuestActors guestActors(Frozen frozen) {
    return new GuestActors(
        frozen.domid(), frozen.actor(), actors.hypervisor(), actors.store(), actors.dom0());
  }
}
