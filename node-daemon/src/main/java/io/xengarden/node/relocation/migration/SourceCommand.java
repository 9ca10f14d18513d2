package io.xengarden.node.relocation.migration;

import io.xengarden.machine.DirtyLog;
import io.xengarden.node.array.RegisterCommand.SwapAnswer;
import io.xengarden.node.cluster.ClusterView;
import io.xengarden.node.relocation.guest.GuestRevival;
import io.xengarden.node.relocation.guest.GuestSuspension;
import io.xengarden.node.toolstack.RelocationNotice;
import io.xengarden.proto.v1.MigrationReply;

/** What the source of a migration hears from those it has asked. */
public sealed interface SourceCommand {

  record Noticed(RelocationNotice notice) implements SourceCommand {}

  record Looked(ClusterView view) implements SourceCommand {}

  record LinkSays(LinkEvent<MigrationReply> event) implements SourceCommand {}

  record LogStarted(DirtyLog log) implements SourceCommand {}

  record SuspensionEnded(GuestSuspension.Result result) implements SourceCommand {}

  record SwapAnswered(SwapAnswer answer) implements SourceCommand {}

  record RevivalEnded(GuestRevival.Result result) implements SourceCommand {}

  /** The copier of pages has failed. */
  record SenderFailed() implements SourceCommand {}

  /** What the state waits for takes too long. */
  record Overdue(String what) implements SourceCommand {}

  /** A crash point lets the flow pass. */
  record Passed() implements SourceCommand {}

  /** From the flow's own helpers, whose protocols are the package's. */
  sealed interface Internal extends SourceCommand permits SourceReport {}
}
