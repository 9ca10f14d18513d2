package io.xengarden.network;

import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.GrantsReply;
import io.xengarden.network.BridgesCommand.AttachReply;
import io.xengarden.xenstore.BatchResult;

/** What a backend learns from those it has asked, and from the guest's event channel. */
sealed interface VifEvent extends VifBackendCommand {
  /** The {@link Bell} of a connection, or its rate limit. Serving states; others have no use. */
  record Rang() implements VifEvent {
    static final Rang RANG = new Rang();
  }

  /** A watched node changed. Any state. */
  record NodesChanged() implements VifEvent {
    static final NodesChanged NODES_CHANGED = new NodesChanged();
  }

  record NodesRead(BatchResult result) implements VifEvent {}

  /** Checking. */
  record AttachAnswered(AttachReply reply) implements VifEvent {}

  /** Mapping. */
  record GrantsAnswered(GrantsReply reply) implements VifEvent {}

  /** Binding. */
  record BindAnswered(BindReply reply) implements VifEvent {}
}
