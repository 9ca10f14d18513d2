package io.xengarden.node.toolstack;

import io.xengarden.domain.CapturedState;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.DomainCreation;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.GrantsReply;
import io.xengarden.node.console.ConsoleDaemonCommand.OpenReply;
import io.xengarden.node.ownership.OwnershipCommand.ClaimAnswer;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.WatchFired;
import java.io.IOException;
import java.util.Optional;

/** The answers that a domain's building waits for, one after another, and what may interrupt it. */
sealed interface DomainBuildCommand {
  /** A disk's image could be opened, or not. */
  record ImageTried(Optional<IOException> failure) implements DomainBuildCommand {}

  /** The register has given the domain to this host, or not. */
  record ClaimAnswered(ClaimAnswer answer) implements DomainBuildCommand {}

  record Allocated(DomainCreation creation) implements DomainBuildCommand {}

  record StoreAnswered(BatchResult result) implements DomainBuildCommand {}

  record DomctlAnswered(DomctlReply reply) implements DomainBuildCommand {}

  record GrantsAnswered(GrantsReply reply) implements DomainBuildCommand {}

  record StoreBound(BindReply reply) implements DomainBuildCommand {}

  record ConsoleAnswered(OpenReply reply) implements DomainBuildCommand {}

  record BackendMoved(WatchFired fired) implements DomainBuildCommand {}

  /** The pages of a guest from elsewhere are in its memory. */
  record StateArrived(CapturedState state) implements DomainBuildCommand {}

  /** Give up: the domain is not wanted any more. */
  record Abort(ToolstackError error) implements DomainBuildCommand {}

  /** The backends, or all of the building, take too long. */
  record Overdue(String what) implements DomainBuildCommand {}
}
