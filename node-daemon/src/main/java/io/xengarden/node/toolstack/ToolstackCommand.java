package io.xengarden.node.toolstack;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.domain.DomainSetup;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.DomainList;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.ownership.OwnershipCommand.ReleaseAnswer;
import io.xengarden.proto.v1.BlockDevice;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.DomainSelector;
import io.xengarden.proto.v1.ShutdownDomainRequest;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.proto.v1.VcpuInfo;
import java.util.List;
import java.util.Optional;

/** What one host's toolstack is asked, and what its operations report to it. */
public sealed interface ToolstackCommand {

  // ---- requests ----

  record CreateDomain(
      DomainConfig config, InitialState state, ActorRef<Outcome<CreatedDomain>> replyTo)
      implements ToolstackCommand {}

  /** Checks a configuration and stops. */
  record CheckConfig(DomainConfig config, ActorRef<Outcome<CreatedDomain>> replyTo)
      implements ToolstackCommand {}

  /** Answered when nothing of the domain is left. */
  record DestroyDomain(DomainSelector domain, ActorRef<Outcome<Domid>> replyTo)
      implements ToolstackCommand {}

  record PauseDomain(DomainSelector domain, ActorRef<Outcome<Domid>> replyTo)
      implements ToolstackCommand {}

  record UnpauseDomain(DomainSelector domain, ActorRef<Outcome<Domid>> replyTo)
      implements ToolstackCommand {}

  record ShutdownDomain(
      DomainSelector domain,
      ShutdownDomainRequest.Kind kind,
      ShutdownDomainRequest.Wait until,
      ActorRef<ShutdownNotice> replyTo)
      implements ToolstackCommand {}

  record ListDomains(ActorRef<Outcome<List<DomainInfo>>> replyTo) implements ToolstackCommand {}

  record GetDomain(DomainSelector domain, ActorRef<Outcome<DomainInfo>> replyTo)
      implements ToolstackCommand {}

  record ListVcpus(Optional<DomainSelector> domain, ActorRef<Outcome<List<VcpuInfo>>> replyTo)
      implements ToolstackCommand {}

  record ListBlockDevices(DomainSelector domain, ActorRef<Outcome<List<BlockDevice>>> replyTo)
      implements ToolstackCommand {}

  /** The number of a domain that exists. */
  record FindDomain(DomainSelector domain, ActorRef<Outcome<Domid>> replyTo)
      implements ToolstackCommand {}

  /** Ends every domain, so that what its disks have been told is on them. */
  record StopAll(ActorRef<AllStopped> replyTo) implements ToolstackCommand {}

  /** From a save, a restore or a migration. */
  record Relocate(RelocationRequest request) implements ToolstackCommand {}

  enum InitialState {
    RUNNING,
    PAUSED
  }

  /** A created domain; for a mere check, as it would be. */
  record CreatedDomain(DomainInfo info, List<String> warnings) {}

  record AllStopped() {}

  // ---- from the operations; an instance is one life of one domain, whatever its domid ----

  record OwnershipClaimed(long instance, Ownership ownership) implements ToolstackCommand {}

  record DomainAllocated(long instance, Domid domid) implements ToolstackCommand {}

  /** Built in memory: its actor may be started. */
  record GuestBuilt(long instance, DomainSetup setup) implements ToolstackCommand {}

  record StoreLinked(long instance, StoreLink link) implements ToolstackCommand {}

  record BuildEnded(long instance, Optional<ToolstackError> error) implements ToolstackCommand {}

  /** Nothing is left of it, or what is left is beyond the toolstack's reach. */
  record TeardownEnded(long instance, Optional<ToolstackError> error) implements ToolstackCommand {}

  /** A dying domain that held out longer than its teardown waited is gone at last. */
  record StragglerGone(long instance) implements ToolstackCommand {}

  /** A record that this host held is gone from the register: the domain is nobody's. */
  record OwnershipLost(Ownership ownership) implements ToolstackCommand {}

  // ---- private to the toolstack ----

  record OwnershipReleased(long instance, ReleaseAnswer answer) implements ToolstackCommand {}

  record DomainException() implements ToolstackCommand {}

  record VirqBound(BindReply reply) implements ToolstackCommand {}

  record DomainsListed(DomainList list) implements ToolstackCommand {}

  record RequestEnded(long instance, ActorRef<ShutdownRequestCommand> request)
      implements ToolstackCommand {}

  record RestartDue(long instance) implements ToolstackCommand {}
}
