package io.xengarden.node.relocation.migration;

import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.relocation.Passage;
import io.xengarden.node.relocation.RelocationSetup;
import io.xengarden.node.relocation.migration.SourceCommand.Overdue;
import io.xengarden.node.toolstack.RelocationRequest.Frozen;
import io.xengarden.node.toolstack.RelocationRequest.Rename;
import io.xengarden.proto.v1.MigrationCancel;
import io.xengarden.proto.v1.MigrationFrame;
import java.time.Duration;

/**
 * One migration as its source knows it, from the offer on.
 *
 * @param id identifies it on both hosts and in the register
 */
record Move(
    Tools tools, Frozen frozen, Target target, String id, MigrationLink<MigrationFrame> link) {

  /** What the flow works with. */
  record Tools(
      RelocationSetup setup,
      MigrationOrder order,
      MoveReport report,
      Passage<SourceCommand> passage,
      TimerScheduler<SourceCommand> timers) {

    /** Replaces the limit of the state before. */
    void limit(Duration limit, String what) {
      timers.startSingleTimer(Overdue.class, new Overdue(what), limit);
    }

    void unlimited() {
      timers.cancel(Overdue.class);
    }
  }

  /**
   * @param incarnation 0 until it has accepted
   */
  record Target(String host, long incarnation) {}

  String name() {
    return frozen.name();
  }

  Move acceptedBy(Target accepted) {
    return new Move(tools, frozen, accepted, id, link);
  }

  /** The record that makes the target the owner. */
  Ownership committed() {
    Ownership now = frozen.ownership();
    return new Ownership(now.uuid(), target.host(), target.incarnation(), 0, id, now.domain());
  }

  /** A record that keeps the owner, whose writing makes every other swap from here impossible. */
  Ownership raised(String by) {
    Ownership now = frozen.ownership();
    return new Ownership(
        now.uuid(), now.owner(), now.incarnation(), 0, id + "/" + by, now.domain());
  }

  boolean isCommit(Ownership record) {
    return record.attempt().equals(id)
        && record.owner().equals(target.host())
        && record.incarnation() == target.incarnation();
  }

  boolean isMine(Ownership record) {
    Ownership now = frozen.ownership();
    return record.owner().equals(now.owner()) && record.incarnation() == now.incarnation();
  }

  void rename(String name) {
    tools.setup().ask(new Rename(frozen.instance(), name));
  }

  /** The last word to a target that is not needed any more. */
  void cancel(String why) {
    link.send(
        MigrationFrame.newBuilder().setCancel(MigrationCancel.newBuilder().setReason(why)).build());
    link.close();
  }
}
