package io.xengarden.node;

import akka.actor.typed.ActorRef;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.node.console.ConsoleDaemonCommand;
import io.xengarden.node.dom0.Dom0Command;
import io.xengarden.node.events.EventLogCommand;
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
      ActorRef<ToolstackCommand> toolstack) {}

  /** One of the actors that must be ready is. */
  record PartReady() implements XenHostCommand {}

  /** Ends every domain in order, then answers; the host takes no new ones from here on. */
  record StopDomains(ActorRef<DomainsStopped> replyTo) implements XenHostCommand {}

  record DomainsStopped() {}
}
