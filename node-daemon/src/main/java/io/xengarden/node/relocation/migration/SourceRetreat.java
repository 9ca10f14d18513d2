package io.xengarden.node.relocation.migration;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.domain.DomainCommand.StopDirtyLog;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.relocation.CrashPoint;
import io.xengarden.node.relocation.guest.GuestRevival;
import io.xengarden.node.relocation.guest.GuestRevival.Afterwards;
import io.xengarden.node.relocation.migration.SourceCommand.Noticed;
import io.xengarden.node.relocation.migration.SourceCommand.RevivalEnded;
import io.xengarden.node.toolstack.Outcome;
import io.xengarden.node.toolstack.RelocationNotice;
import io.xengarden.node.toolstack.RelocationRequest.Thaw;
import io.xengarden.node.toolstack.ToolstackErrors;
import io.xengarden.proto.v1.ToolstackError;

/**
 * The source of a migration that is given up: the target is told, and the guest runs on here. It
 * begins when it is certain that no other host has the domain or can get it.
 */
final class SourceRetreat extends AbstractOnMessageBehavior<SourceCommand> {
  enum Guest {
    RUNS,
    STANDS_STILL
  }

  /**
   * @param ownership the record as it is now
   * @param error why
   */
  record Order(Move move, Ownership ownership, Guest guest, ToolstackError error) {}

  private final Order order;

  static Behavior<SourceCommand> begin(ActorContext<SourceCommand> context, Order order) {
    return new SourceRetreat(context, order).begin();
  }

  private SourceRetreat(ActorContext<SourceCommand> context, Order order) {
    super(context);
    this.order = order;
  }

  private Behavior<SourceCommand> begin() {
    Move move = order.move();
    move.tools().unlimited();
    getContext().getLog().info("{} stays: {}", move.name(), order.error().getMessage());
    move.cancel(order.error().getMessage());
    move.frozen().actor().tell(new StopDirtyLog());
    return order.guest() == Guest.RUNS
        ? end(order.error())
        : move.tools().passage().at(CrashPoint.SOURCE_BEFORE_RESUME, move.name(), this::revive);
  }

  private Behavior<SourceCommand> revive() {
    Move move = order.move();
    move.tools().report().client().note("Migration failed, resuming at sender.");
    move.rename(move.name());
    ActorRef<GuestRevival.Result> ended =
        getContext().messageAdapter(GuestRevival.Result.class, RevivalEnded::new);
    getContext()
        .spawnAnonymous(
            GuestRevival.create(
                move.tools().setup().guestActors(move.frozen()), Afterwards.RUNNING, ended));
    return this;
  }

  @Override
  public Behavior<SourceCommand> onMessage(SourceCommand message) {
    return switch (message) {
      case RevivalEnded(GuestRevival.Revived()) -> end(order.error());
      case RevivalEnded(GuestRevival.NotRevived(var why)) ->
          end(
              ToolstackErrors.failed(
                  order.error().getMessage() + "; the domain cannot be resumed: " + why));
      case Noticed(RelocationNotice.AbortAsked(var domid, var replyTo)) -> {
        replyTo.tell(new Outcome.Done<>(domid));
        yield this;
      }
      default -> this; // of phases that are over
    };
  }

  @Override
  public Behavior<SourceCommand> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Behavior<SourceCommand> end(ToolstackError error) {
    Move move = order.move();
    move.tools().setup().ask(new Thaw(move.frozen().instance(), order.ownership()));
    move.tools().report().client().failed(error);
    return Behaviors.stopped();
  }
}
