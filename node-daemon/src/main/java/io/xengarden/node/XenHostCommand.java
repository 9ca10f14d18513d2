package io.xengarden.node;

import akka.actor.typed.ActorRef;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.cluster.DirectoryCommand;
import io.xengarden.node.console.ConsoleDaemonCommand;
import io.xengarden.node.dom0.Dom0Command;
import io.xengarden.node.events.EventLogCommand;
import io.xengarden.node.ownership.OwnershipCommand;
import io.xengarden.node.relocation.RelocationCommand;
import io.xengarden.node.toolstack.ToolstackCommand;
import io.xengarden.xenstore.XenStoreCommand;

/** What the root of a host is told. */
public sealed interface XenHostCommand {

  /** The parts of a host that others speak to. */
  record HostActors(
      ActorRef<HypervisorCommand> hypervisor,
      ActorRef<XenStoreCommand> store,
      ActorRef<ConsoleDaemonCommand> consoles,
      ActorRef<EventLogCommand> events,
      ActorRef<Dom0Command> dom0,
      ActorRef<ToolstackCommand> toolstack,
      ActorRef<RelocationCommand> relocation,
      ClusterActors cluster) {}

  /** What a host knows of its cluster and says to it. */
  record ClusterActors(
      ActorRef<RegisterCommand> register,
      ActorRef<DirectoryCommand> directory,
      ActorRef<OwnershipCommand> ownership) {}

  /** One of the actors that must be ready is. */
  record PartReady() implements XenHostCommand {}

  /** A record that this host held is gone from the register. */
  record DomainLost(Ownership ownership) implements XenHostCommand {}

  /** Ends every domain in order, then answers; the host takes no new ones from here on. */
  record StopDomains(ActorRef<DomainsStopped> replyTo) implements XenHostCommand {}

  record DomainsStopped() {}
}
