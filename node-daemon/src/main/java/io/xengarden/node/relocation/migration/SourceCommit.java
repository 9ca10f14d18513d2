package io.xengarden.node.relocation.migration;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.array.RegisterCommand.CompareAndSwap;
import io.xengarden.node.array.RegisterCommand.Conflict;
import io.xengarden.node.array.RegisterCommand.RegisterFull;
import io.xengarden.node.array.RegisterCommand.SwapAnswer;
import io.xengarden.node.array.RegisterCommand.Swapped;
import io.xengarden.node.array.RegisterCommand.Unreachable;
import io.xengarden.node.relocation.CrashPoint;
import io.xengarden.node.relocation.migration.SourceCommand.LinkSays;
import io.xengarden.node.relocation.migration.SourceCommand.Noticed;
import io.xengarden.node.relocation.migration.SourceCommand.Overdue;
import io.xengarden.node.relocation.migration.SourceCommand.SwapAnswered;
import io.xengarden.node.relocation.migration.SourceReport.SwapEnded;
import io.xengarden.node.relocation.migration.SourceRetreat.Guest;
import io.xengarden.node.relocation.migration.SwapUntilAnswered.Done;
import io.xengarden.node.relocation.migration.SwapUntilAnswered.Other;
import io.xengarden.node.relocation.migration.SwapUntilAnswered.Swap;
import io.xengarden.node.toolstack.Outcome;
import io.xengarden.node.toolstack.RelocationNotice;
import io.xengarden.node.toolstack.RelocationRequest.Release;
import io.xengarden.node.toolstack.RelocationRequest.Remaining;
import io.xengarden.node.toolstack.ToolstackErrors;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.MigrationCommitted;
import io.xengarden.proto.v1.MigrationFrame;
import io.xengarden.proto.v1.MigrationReply;
import io.xengarden.proto.v1.ToolstackError;
import java.util.Optional;

/**
 * The moment in which a domain changes hands, at its source: one compare-and-swap of the register.
 * Its answer decides. Without one, a second swap that keeps this host the owner and raises the
 * epoch makes the first impossible, or shows that it has happened; the guest stands still until one
 * of the two is certain. From the commit on the domain is the target's, whoever dies.
 */
final class SourceCommit extends AbstractOnMessageBehavior<SourceCommand> {
  private sealed interface State {}

  /** The commit is sent. */
  private record Committing() implements State {}

  /** Its outcome is unknown. */
  private record Raising() implements State {}

  private record AwaitingUnpaused(Ownership committed) implements State {}

  /** The target has said that the domain does not run there. */
  private record HandingBack(ToolstackError error) implements State {}

  /**
   * @param error why it is not a success; empty when it is
   */
  private record Releasing(Optional<ToolstackError> error) implements State {}

  private final Move move;
  private final long streamBytes;
  private Optional<String> linkBroken = Optional.empty();
  private DomainInfo arrived = DomainInfo.getDefaultInstance();
  private long downtimeEnd;
  private State state = new Committing();

  /** The target is ready; nothing has been sent to the register. */
  static Behavior<SourceCommand> begin(
      ActorContext<SourceCommand> context, Move move, long streamBytes) {
    move.rename(move.name() + MigrationProtocol.MIGRATED_AWAY_SUFFIX);
    SourceCommit commit = new SourceCommit(context, move, streamBytes);
    return move.tools().passage().at(CrashPoint.SOURCE_BEFORE_COMMIT, move.name(), commit::commit);
  }

  private SourceCommit(ActorContext<SourceCommand> context, Move move, long streamBytes) {
    super(context);
    this.move = move;
    this.streamBytes = streamBytes;
  }

  private Behavior<SourceCommand> commit() {
    ActorRef<SwapAnswer> answers = getContext().messageAdapter(SwapAnswer.class, SwapAnswered::new);
    move.tools()
        .setup()
        .cluster()
        .register()
        .tell(
            new CompareAndSwap(
                move.frozen().uuid(),
                move.frozen().ownership().epoch(),
                Optional.of(move.committed()),
                answers));
    move.tools().limit(SwapUntilAnswered.ANSWER_LIMIT, "the register does not answer");
    return move.tools().passage().at(CrashPoint.SOURCE_COMMIT_SENT, move.name(), () -> this);
  }

  @Override
  public Behavior<SourceCommand> onMessage(SourceCommand message) {
    return switch (message) {
      case SwapAnswered(var answer) -> state instanceof Committing ? onCommit(answer) : this;
      case SwapEnded(var result) -> onSwapEnded(result);
      case LinkSays(LinkEvent.Received<MigrationReply>(var reply)) -> onReply(reply);
      case LinkSays(LinkEvent.Broken<MigrationReply>(var why)) -> onBroken(why);
      case LinkSays(LinkEvent.HasRoom<MigrationReply>()) -> this;
      case Overdue(var what) -> onOverdue(what);
      case Noticed(RelocationNotice.IsGone()) -> onReleased();
      case Noticed(RelocationNotice.IsDying(var error)) -> {
        move.tools().report().client().note("the copy here is not gone: " + error.getMessage());
        yield onReleased();
      }
      case Noticed(RelocationNotice.AbortAsked(_, var replyTo)) -> {
        replyTo.tell(
            new Outcome.Refused<>(
                ToolstackErrors.wrongState(
                    "the migration of " + move.name() + " is committed and cannot be aborted")));
        yield this;
      }
      default -> this; // of phases that are over
    };
  }

  @Override
  public Behavior<SourceCommand> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  // ---- whose it is ----

  private Behavior<SourceCommand> onCommit(SwapAnswer answer) {
    return switch (answer) {
      case Swapped(var current) -> committed(current.orElseThrow());
      case Conflict(var current) -> decide(current);
      case RegisterFull(var why) -> retreat(move.frozen().ownership(), why);
      case Unreachable(var why) -> raise(why);
    };
  }

  /** Makes the commit impossible, or learns that it has happened. */
  private Behavior<SourceCommand> raise(String why) {
    moveTo(new Raising(), why);
    move.tools().unlimited();
    move.tools().report().client().note("waiting for the ownership register: " + why);
    return move.tools()
        .passage()
        .at(
            CrashPoint.SOURCE_RAISE,
            move.name(),
            () -> swap(new Swap(move.frozen().ownership().epoch(), move.raised("source-raises"))));
  }

  private Behavior<SourceCommand> swap(Swap swap) {
    ActorRef<SwapUntilAnswered.Result> ended =
        getContext().messageAdapter(SwapUntilAnswered.Result.class, SwapEnded::new);
    getContext()
        .spawnAnonymous(
            SwapUntilAnswered.create(move.tools().setup().cluster().register(), swap, ended));
    return this;
  }

  private Behavior<SourceCommand> onSwapEnded(SwapUntilAnswered.Result result) {
    return switch (state) {
      case Raising() ->
          switch (result) {
            case Done(var current) -> retreat(current, "the commit did not reach the register");
            case Other(var current) -> decide(current);
          };
      case HandingBack(var error) ->
          switch (result) {
            case Done(var current) ->
                SourceRetreat.begin(
                    getContext(),
                    new SourceRetreat.Order(move, current, Guest.STANDS_STILL, error));
            case Other _ -> release(Optional.of(error));
          };
      default -> this;
    };
  }

  /** The swap that was tried is impossible for good: what stands there now is the outcome. */
  private Behavior<SourceCommand> decide(Optional<Ownership> current) {
    if (current.filter(move::isCommit).isPresent()) {
      return committed(current.get());
    }
    if (current.filter(move::isMine).isPresent()) {
      return retreat(current.get(), "the commit was made impossible by the target");
    }
    String owner = current.map(Ownership::owner).orElse("nobody");
    return release(
        Optional.of(ToolstackErrors.ownership(move.name() + " is owned by " + owner + " now")));
  }

  private Behavior<SourceCommand> retreat(Ownership current, String why) {
    return SourceRetreat.begin(
        getContext(),
        new SourceRetreat.Order(
            move, current, Guest.STANDS_STILL, ToolstackErrors.hostUnreachable(why)));
  }

  // ---- it is the target's ----

  private Behavior<SourceCommand> committed(Ownership current) {
    moveTo(new AwaitingUnpaused(current), "committed");
    move.tools()
        .limit(
            MigrationProtocol.UNPAUSE_LIMIT, move.target().host() + " does not say that it runs");
    return move.tools()
        .passage()
        .at(CrashPoint.SOURCE_AFTER_COMMIT, move.name(), () -> tell(current));
  }

  private Behavior<SourceCommand> tell(Ownership current) {
    move.tools().report().client().note("migration sender: Giving target permission to start.");
    move.link()
        .send(
            MigrationFrame.newBuilder()
                .setCommitted(MigrationCommitted.newBuilder().setEpoch(current.epoch()))
                .build());
    return move.tools()
        .passage()
        .at(
            CrashPoint.SOURCE_COMMIT_TOLD,
            move.name(),
            () -> linkBroken.isPresent() ? lostSight(linkBroken.get()) : this);
  }

  private Behavior<SourceCommand> onReply(MigrationReply reply) {
    if (!(state instanceof AwaitingUnpaused awaiting)) {
      return this; // a target that refuses before the commit is certain is heard by its silence
    }
    return switch (reply.getReplyCase()) {
      case UNPAUSED -> onUnpaused(reply.getUnpaused().getDomid());
      case REFUSED -> handBack(awaiting.committed(), reply.getRefused().getError());
      default -> this;
    };
  }

  private Behavior<SourceCommand> onUnpaused(int domid) {
    downtimeEnd = move.tools().setup().outside().clock().nanos();
    arrived = arrived.toBuilder().setDomid(domid).build();
    move.tools().report().client().note("migration sender: Target reports successful startup.");
    return move.tools()
        .passage()
        .at(CrashPoint.SOURCE_UNPAUSED, move.name(), () -> release(Optional.empty()));
  }

  private Behavior<SourceCommand> onBroken(String why) {
    linkBroken = Optional.of(why);
    return state instanceof AwaitingUnpaused ? lostSight(why) : this;
  }

  private Behavior<SourceCommand> onOverdue(String what) {
    return switch (state) {
      case Committing() -> raise(what);
      case AwaitingUnpaused _ -> lostSight(what);
      default -> this;
    };
  }

  /** It is the target's, whether it could say so or not. */
  private Behavior<SourceCommand> lostSight(String why) {
    return release(
        Optional.of(
            ToolstackErrors.hostUnreachable(
                "%s belongs to %s now, which is out of sight: %s"
                    .formatted(move.name(), move.target().host(), why))));
  }

  /** It is the target's until the register says otherwise. */
  private Behavior<SourceCommand> handBack(Ownership committed, ToolstackError error) {
    ToolstackError named =
        error.toBuilder().setMessage(move.target().host() + ": " + error.getMessage()).build();
    moveTo(new HandingBack(named), error.getMessage());
    move.tools().unlimited();
    return swap(new Swap(committed.epoch(), move.raised("handed-back")));
  }

  // ---- the end ----

  private Behavior<SourceCommand> release(Optional<ToolstackError> error) {
    moveTo(new Releasing(error), "it is over here");
    move.tools().unlimited();
    move.link().close();
    move.tools()
        .setup()
        .ask(
            new Release(
                move.frozen().instance(),
                Remaining.ELSEWHERE,
                "migrated to " + move.target().host()));
    return this;
  }

  private Behavior<SourceCommand> onReleased() {
    return move.tools().passage().at(CrashPoint.SOURCE_RELEASED, move.name(), this::end);
  }

  private Behavior<SourceCommand> end() {
    MoveReport report = move.tools().report();
    Optional<ToolstackError> error = ((Releasing) state).error();
    if (error.isPresent()) {
      report.client().failed(error.get());
      return Behaviors.stopped();
    }

    report.client().note("Migration successful.");
    DomainInfo info =
        arrived.toBuilder()
            .setUuid(move.frozen().uuid().toString())
            .setName(move.name())
            .setHost(move.target().host())
            .setConfig(move.frozen().config())
            .build();
    report.client().finished(report.summary(downtimeEnd, streamBytes, info));
    return Behaviors.stopped();
  }

  private void moveTo(State next, String why) {
    getContext()
        .getLog()
        .debug(
            "{} to {}: {} -> {}: {}",
            move.name(),
            move.target().host(),
            state.getClass().getSimpleName(),
            next.getClass().getSimpleName(),
            why);
    state = next;
  }
}
