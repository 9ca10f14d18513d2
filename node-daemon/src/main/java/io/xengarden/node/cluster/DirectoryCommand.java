package io.xengarden.node.cluster;

import akka.actor.typed.ActorRef;
import io.xengarden.node.array.RegisterCommand.HostsAnswer;
import io.xengarden.node.array.RegisterCommand.OwnershipChange;

/** What the directory is told and asked. */
public sealed interface DirectoryCommand {
  record GetView(ActorRef<ClusterView> replyTo) implements DirectoryCommand {}

  /** From membership. */
  record MembershipChanged(MembershipEvent event) implements DirectoryCommand {}

  /** From the register's watch. */
  record OwnershipChanged(OwnershipChange change) implements DirectoryCommand {}

  /** The register's list of hosts. */
  record HostsListed(HostsAnswer answer) implements DirectoryCommand {}

  /** Time to read the list again: a host may have announced itself anew. */
  record RefreshHosts() implements DirectoryCommand {}
}
