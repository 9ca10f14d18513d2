package io.xengarden.node.toolstack;

import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.node.console.DomainConsoleCommand.ConsoleClosed;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.WatchFired;

/** The answers that a domain's teardown waits for. */
sealed interface DomainTeardownCommand {
  record DomctlAnswered(DomctlReply reply) implements DomainTeardownCommand {}

  record StoreAnswered(BatchResult result) implements DomainTeardownCommand {}

  record BackendMoved(WatchFired fired) implements DomainTeardownCommand {}

  record ConsoleAnswered(ConsoleClosed closed) implements DomainTeardownCommand {}

  /** A step was given time enough. */
  record Overdue(DomainTeardown.Step step) implements DomainTeardownCommand {}
}
