package io.xengarden.storage;

import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.GrantsReply;
import io.xengarden.xenstore.BatchResult;
import java.io.IOException;

/** What a backend learns from those it has asked, and from the guest's event channel. */
sealed interface VbdEvent extends VbdBackendCommand {
  /** The {@link Bell} of a connection. Linked states; others have no use for it. */
  record Rang() implements VbdEvent {
    static final Rang RANG = new Rang();
  }

  /** A watched node changed. Any state. */
  record NodesChanged() implements VbdEvent {
    static final NodesChanged NODES_CHANGED = new NodesChanged();
  }

  record NodesRead(BatchResult result) implements VbdEvent {}

  /**
   * Checking.
   *
   * @param failure null when it can be opened
   */
  record ImageChecked(IOException failure) implements VbdEvent {}

  /** Opening. */
  record ImageOpened(BlockImage image) implements VbdEvent {}

  /** Opening. */
  record OpenFailed(IOException failure) implements VbdEvent {}

  /** Mapping. */
  record GrantsAnswered(GrantsReply reply) implements VbdEvent {}

  /** Binding. */
  record BindAnswered(BindReply reply) implements VbdEvent {}

  /** Draining takes too long. */
  record DrainOverdue() implements VbdEvent {
    static final DrainOverdue DRAIN_OVERDUE = new DrainOverdue();
  }
}
