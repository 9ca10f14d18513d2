package io.xengarden.node.relocation.migration;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import com.google.protobuf.ByteString;
import io.xengarden.domain.CapturedState;
import io.xengarden.domain.DomainCommand.DirtyLogStarted;
import io.xengarden.domain.DomainCommand.StartDirtyLog;
import io.xengarden.machine.DirtyLog;
import io.xengarden.node.array.HostRecord;
import io.xengarden.node.cluster.ClusterView;
import io.xengarden.node.cluster.ClusterView.HostView;
import io.xengarden.node.cluster.DirectoryCommand;
import io.xengarden.node.cluster.HostState;
import io.xengarden.node.relocation.Client;
import io.xengarden.node.relocation.CrashPoint;
import io.xengarden.node.relocation.Passage;
import io.xengarden.node.relocation.RelocationSetup;
import io.xengarden.node.relocation.RelocationUpdate;
import io.xengarden.node.relocation.guest.DomainImage;
import io.xengarden.node.relocation.guest.DomainImage.BadState;
import io.xengarden.node.relocation.guest.GuestSuspension;
import io.xengarden.node.relocation.migration.MigrationOrder.Option;
import io.xengarden.node.relocation.migration.MoveReport.Phase;
import io.xengarden.node.relocation.migration.SourceCommand.LinkSays;
import io.xengarden.node.relocation.migration.SourceCommand.LogStarted;
import io.xengarden.node.relocation.migration.SourceCommand.Looked;
import io.xengarden.node.relocation.migration.SourceCommand.Noticed;
import io.xengarden.node.relocation.migration.SourceCommand.Overdue;
import io.xengarden.node.relocation.migration.SourceCommand.Passed;
import io.xengarden.node.relocation.migration.SourceCommand.SenderFailed;
import io.xengarden.node.relocation.migration.SourceCommand.SuspensionEnded;
import io.xengarden.node.relocation.migration.SourceReport.FromSender;
import io.xengarden.node.relocation.migration.SourceRetreat.Guest;
import io.xengarden.node.toolstack.Outcome;
import io.xengarden.node.toolstack.RelocationNotice;
import io.xengarden.node.toolstack.RelocationRequest.Freeze;
import io.xengarden.node.toolstack.RelocationRequest.Frozen;
import io.xengarden.node.toolstack.RelocationRequest.Purpose;
import io.xengarden.node.toolstack.RelocationRequest.Thaw;
import io.xengarden.node.toolstack.ToolstackErrors;
import io.xengarden.proto.v1.MigrationAccepted;
import io.xengarden.proto.v1.MigrationFrame;
import io.xengarden.proto.v1.MigrationOffer;
import io.xengarden.proto.v1.MigrationReady;
import io.xengarden.proto.v1.MigrationReply;
import io.xengarden.proto.v1.MigrationStreamEnd;
import io.xengarden.proto.v1.ToolstackError;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * The source of a migration, up to the moment in which the domain may change hands; {@link
 * SourceCommit} takes over then. Whatever fails before it, {@link SourceRetreat} lets the guest run
 * on here: no other host can have it yet.
 */
public final class MigrationSource extends AbstractOnMessageBehavior<SourceCommand> {
  /** Hashes over a guest that somebody still writes to. */
  private static final int MAX_HASHES = 5;

  private sealed interface State {}

  private record Freezing() implements State {}

  private record LookingUp(Frozen frozen) implements State {}

  /** There is a link. */
  private sealed interface Linked extends State {
    Move move();
  }

  private record Offering(Move move) implements Linked {}

  private record StartingLog(Move move) implements Linked {}

  private record Precopying(Move move, DirtyLog log) implements Linked {}

  /**
   * @param log empty when nothing was copied before
   * @param givenUp why the guest is to run on as soon as that can be
   */
  private record Suspending(
      Move move,
      Optional<DirtyLog> log,
      ActorRef<GuestSuspension.Command> suspension,
      Optional<ToolstackError> givenUp)
      implements Linked {}

  /** The guest stands still, and can be let run on. */
  private sealed interface Still extends Linked {}

  private record StopAndCopying(Move move, CapturedState captured, Optional<DirtyLog> log)
      implements Still {}

  private record Hashing(Move move, CapturedState captured, Optional<DirtyLog> log)
      implements Still {}

  /** The last pieces are being made. */
  private record Ending(Move move, Optional<ByteString> hash) implements Still {}

  /** The last pieces go. */
  private record Flushing(Move move, Sent sent) implements Still {}

  private record AwaitingReady(Move move, Sent sent) implements Still {}

  /**
   * The whole stream.
   *
   * @param hash of every page; empty without {@link Option#DEBUG}
   */
  private record Sent(long bytes, Optional<ByteString> hash) {}

  private final Move.Tools tools;
  private ActorRef<PageSender.Command> sender;
  private Outflow outflow;
  private int hashes;
  private Optional<ToolstackError> givenUpEarly = Optional.empty();
  private State state = new Freezing();

  public static Behavior<SourceCommand> create(
      RelocationSetup setup, MigrationOrder order, ActorRef<RelocationUpdate> replyTo) {
    return Behaviors.withStash(
        Passage.MAX_WAITING,
        stash ->
            Behaviors.withTimers(
                timers ->
                    Behaviors.setup(
                        context ->
                            new MigrationSource(
                                context,
                                new Move.Tools(
                                    setup,
                                    order,
                                    new MoveReport(setup.outside().clock(), new Client(replyTo)),
                                    new Passage<>(
                                        context,
                                        stash,
                                        setup.outside().crashPoints(),
                                        new Passed()),
                                    timers)))));
  }

  private MigrationSource(ActorContext<SourceCommand> context, Move.Tools tools) {
    super(context);
    this.tools = tools;
    ActorRef<RelocationNotice> notices =
        context.messageAdapter(RelocationNotice.class, Noticed::new);
    tools.setup().ask(new Freeze(tools.order().domain(), Purpose.MIGRATION, notices));
  }

  @Override
  public Behavior<SourceCommand> onMessage(SourceCommand message) {
    return switch (message) {
      case Looked(var view) -> onView(view);
      case LinkSays(var event) -> onLink(event);
      case LogStarted(var log) -> onLogStarted(log);
      case FromSender(var report) -> onReport(report);
      case SuspensionEnded(var result) -> onSuspension(result);
      case Noticed(var notice) -> onNotice(notice);

      case SenderFailed() -> giveUp(ToolstackErrors.failed("the copying of pages has failed"));
      case Overdue(var what) -> giveUp(ToolstackErrors.failed(what));
      default -> this; // of a phase that has not come, or of one that is over
    };
  }

  @Override
  public Behavior<SourceCommand> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  // ---- finding the target ----

  private Behavior<SourceCommand> lookUp(Frozen frozen) {
    moveTo(new LookingUp(frozen), "frozen");
    if (givenUpEarly.isPresent()) {
      return giveUp(givenUpEarly.get());
    }
    if (frozen.config().getNoMigrate()) {
      return giveUp(ToolstackErrors.wrongState(frozen.name() + " may not be migrated (nomigrate)"));
    }
    if (tools.order().targetHost().equals(tools.setup().host())) {
      return giveUp(
          ToolstackErrors.badRequest(
              frozen.name() + " is on " + tools.setup().host() + " already"));
    }
    ActorRef<ClusterView> views = getContext().messageAdapter(ClusterView.class, Looked::new);
    tools.setup().cluster().directory().tell(new DirectoryCommand.GetView(views));
    return this;
  }

  private Behavior<SourceCommand> onView(ClusterView view) {
    if (!(state instanceof LookingUp(var frozen))) {
      return this;
    }
    String name = tools.order().targetHost();
    Optional<HostView> host = view.host(name);
    if (!view.registerReachable()) {
      return giveUp(ToolstackErrors.ownership("the array is not reachable, so nothing can move"));
    }
    if (host.isEmpty()) {
      return giveUp(
          ToolstackErrors.hostUnreachable("there is no host " + name + " in the cluster"));
    }
    if (host.get().state() == HostState.DOWN) {
      return giveUp(ToolstackErrors.hostUnreachable("host " + name + " is Down"));
    }
    return tools
        .passage()
        .at(
            CrashPoint.SOURCE_BEFORE_OFFER,
            frozen.name(),
            () -> offer(frozen, host.get().record()));
  }

  private Behavior<SourceCommand> offer(Frozen frozen, HostRecord target) {
    ActorRef<SourceCommand> self = getContext().getSelf();
    MigrationLink<MigrationFrame> link =
        tools
            .setup()
            .outside()
            .ports()
            .links()
            .open(target, event -> self.tell(new LinkSays(event)));
    Move move = new Move(tools, frozen, new Move.Target(target.name(), 0), newId(), link);
    moveTo(new Offering(move), "the target is known");
    tools.limit(MigrationProtocol.ACCEPT_LIMIT, target.name() + " does not answer the offer");
    link.send(
        MigrationFrame.newBuilder()
            .setOffer(
                MigrationOffer.newBuilder()
                    .setMigration(move.id())
                    .setConfig(frozen.config())
                    .setSourceHost(frozen.ownership().owner())
                    .setSourceEpoch(frozen.ownership().epoch())
                    .setSourceIncarnation(frozen.ownership().incarnation())
                    .setProtocolVersion(MigrationProtocol.VERSION)
                    .setPaused(tools.order().is(Option.PAUSED))
                    .setDebug(tools.order().is(Option.DEBUG)))
            .build());
    return this;
  }

  private String newId() {
    return new UUID(
            tools.setup().outside().random().nextLong(),
            tools.setup().outside().random().nextLong())
        .toString();
  }

  // ---- what the target says ----

  private Behavior<SourceCommand> onLink(LinkEvent<MigrationReply> event) {
    return switch (event) {
      case LinkEvent.Received<MigrationReply>(var reply) -> onReply(reply);
      case LinkEvent.HasRoom<MigrationReply>() -> pumped();
      case LinkEvent.Broken<MigrationReply>(var why) ->
          giveUp(ToolstackErrors.hostUnreachable(tools.order().targetHost() + ": " + why));
    };
  }

  private Behavior<SourceCommand> onReply(MigrationReply reply) {
    if (reply.hasRefused()) {
      return giveUp(ofTarget(reply.getRefused().getError()));
    }
    if (reply.hasBatchDone()) {
      return onBatchDone(reply.getBatchDone().getSequence());
    }
    if (reply.hasAccepted() && state instanceof Offering(var move)) {
      return onAccepted(move, reply.getAccepted());
    }
    if (reply.hasReady() && state instanceof AwaitingReady(var move, var sent)) {
      return onReady(move, sent, reply.getReady());
    }
    return giveUp(ToolstackErrors.failed(outOfTurn(reply)));
  }

  private String outOfTurn(MigrationReply reply) {
    return "%s has said %s out of turn".formatted(tools.order().targetHost(), reply.getReplyCase());
  }

  /** In the target's words, under its name. */
  private ToolstackError ofTarget(ToolstackError error) {
    return error.toBuilder()
        .setMessage(tools.order().targetHost() + ": " + error.getMessage())
        .build();
  }

  private Behavior<SourceCommand> onAccepted(Move offered, MigrationAccepted accepted) {
    tools.unlimited();
    String host = offered.target().host();
    if (!accepted.getTargetHost().equals(host)) {
      return giveUp(ToolstackErrors.failed(host + " says that it is " + accepted.getTargetHost()));
    }
    Move move = offered.acceptedBy(new Move.Target(host, accepted.getTargetIncarnation()));
    moveTo(new Offering(move), "accepted");
    tools.report().client().note("migration target: Ready to receive domain.");
    return tools
        .passage()
        .at(
            CrashPoint.SOURCE_ACCEPTED,
            move.name(),
            () -> tools.order().is(Option.LIVE) ? startLog(move) : beforeSuspend(move));
  }

  private Behavior<SourceCommand> onBatchDone(long sequence) {
    if (outflow == null || !outflow.acknowledge(sequence)) {
      return giveUp(ToolstackErrors.failed("batch " + sequence + " is acknowledged out of turn"));
    }
    return pumped();
  }

  /** Pumps, and sees to it that the target does not let the stream stand. */
  private Behavior<SourceCommand> pumped() {
    Behavior<SourceCommand> next = pump();
    if (state instanceof AwaitingReady) {
      return next; // which has a limit of its own
    }
    if (outflow != null && outflow.isOwed()) {
      tools.limit(
          MigrationProtocol.BATCH_LIMIT, tools.order().targetHost() + " takes no more pages");
    } else {
      tools.unlimited();
    }
    return next;
  }

  // ---- while the guest runs ----

  private Behavior<SourceCommand> startLog(Move move) {
    moveTo(new StartingLog(move), "accepted");
    ActorRef<DirtyLogStarted> started =
        getContext().messageAdapter(DirtyLogStarted.class, answer -> new LogStarted(answer.log()));
    move.frozen().actor().tell(new StartDirtyLog(started));
    return this;
  }

  private Behavior<SourceCommand> onLogStarted(DirtyLog log) {
    if (!(state instanceof StartingLog(var move))) {
      return this;
    }
    if (log.frameCount() > move.frozen().xen().pages()) {
      return giveUp(ToolstackErrors.failed(move.name() + " has memory above its first size"));
    }
    moveTo(new Precopying(move, log), "writes are logged");
    startSender(move);
    return tools
        .passage()
        .at(
            CrashPoint.SOURCE_ROUND,
            move.name(),
            () -> {
              tools.report().roundBegins(Phase.PRECOPY, move.frozen().xen().pages());
              sender.tell(new PageSender.StartFirstRound());
              return pump();
            });
  }

  private void startSender(Move move) {
    ActorRef<PageSender.Report> reports =
        getContext().messageAdapter(PageSender.Report.class, FromSender::new);
    sender =
        getContext()
            .spawn(
                PageSender.create(move.frozen().xen(), reports),
                "sender",
                DispatcherSelector.fromConfig(RelocationSetup.IO_DISPATCHER));
    getContext().watchWith(sender, new SenderFailed());
    outflow = new Outflow(move.link(), sender);
  }

  private Behavior<SourceCommand> pump() {
    switch (state) {
      case Precopying _, StopAndCopying _ -> outflow.pump();
      case Flushing(var move, var sent) -> {
        outflow.flush();
        return endStream(move, sent);
      }
      default -> {} // nothing is to be sent
    }
    return this;
  }

  private Behavior<SourceCommand> onReport(PageSender.Report report) {
    return switch (report) {
      case PageSender.Piece piece -> {
        outflow.filled(piece);
        tools.report().copied(piece.pages(), piece.looked());
        yield pumped();
      }
      case PageSender.RoundOver() -> {
        outflow.roundOver();
        yield onRoundOver();
      }
      case PageSender.Hashed(var hash) -> onHashed(hash);
      case PageSender.StreamOver over -> onStreamOver(over);
    };
  }

  private Behavior<SourceCommand> onRoundOver() {
    return switch (state) {
      case Precopying(var move, var log) -> {
        long dirty = log.count();
        tools.report().roundEnds(dirty);
        yield PrecopyPolicy.isOver(tools.report().rounds(), dirty)
            ? beforeSuspend(move)
            : nextRound(move, log, dirty);
      }
      case StopAndCopying(var move, var captured, var log) -> {
        tools.report().roundEnds(0);
        yield tools.order().is(Option.DEBUG)
            ? hash(move, captured, log)
            : finishStream(move, captured, Optional.empty());
      }
      default -> this;
    };
  }

  private Behavior<SourceCommand> nextRound(Move move, DirtyLog log, long dirty) {
    return tools
        .passage()
        .at(
            CrashPoint.SOURCE_ROUND,
            move.name(),
            () -> {
              tools.report().roundBegins(Phase.PRECOPY, dirty);
              sender.tell(new PageSender.StartDirtyRound(log));
              return pump();
            });
  }

  // ---- suspending ----

  private Behavior<SourceCommand> beforeSuspend(Move move) {
    return tools.passage().at(CrashPoint.SOURCE_BEFORE_SUSPEND, move.name(), () -> suspend(move));
  }

  private Behavior<SourceCommand> suspend(Move move) {
    Optional<DirtyLog> log =
        state instanceof Precopying(_, var started) ? Optional.of(started) : Optional.empty();
    ActorRef<GuestSuspension.Result> ended =
        getContext().messageAdapter(GuestSuspension.Result.class, SuspensionEnded::new);
    ActorRef<GuestSuspension.Command> suspension =
        getContext()
            .spawnAnonymous(
                GuestSuspension.create(tools.setup().guestActors(move.frozen()), ended));
    moveTo(new Suspending(move, log, suspension, Optional.empty()), "few pages are left");
    return this;
  }

  private Behavior<SourceCommand> onSuspension(GuestSuspension.Result result) {
    Suspending suspending = (Suspending) state;
    Move move = suspending.move();
    return switch (result) {
      case GuestSuspension.NotSuspended(var error) ->
          retreat(move, Guest.RUNS, suspending.givenUp().orElse(error));
      case GuestSuspension.Suspended _ when suspending.givenUp().isPresent() ->
          retreat(move, Guest.STANDS_STILL, suspending.givenUp().get());
      case GuestSuspension.Suspended(var captured) -> {
        moveTo(new StopAndCopying(move, captured, suspending.log()), "suspended");
        yield tools.passage().at(CrashPoint.SOURCE_SUSPENDED, move.name(), this::lastRound);
      }
    };
  }

  private Behavior<SourceCommand> lastRound() {
    StopAndCopying last = (StopAndCopying) state;
    if (last.log().isPresent()) {
      DirtyLog log = last.log().get();
      tools.report().roundBegins(Phase.STOP_AND_COPY, log.count());
      sender.tell(new PageSender.StartDirtyRound(log));
    } else {
      startSender(last.move());
      tools.report().roundBegins(Phase.STOP_AND_COPY, last.move().frozen().xen().pages());
      sender.tell(new PageSender.StartFirstRound());
    }
    return pump();
  }

  // ---- the end of the stream ----

  private Behavior<SourceCommand> hash(Move move, CapturedState captured, Optional<DirtyLog> log) {
    hashes++;
    moveTo(new Hashing(move, captured, log), "all pages are sent");
    sender.tell(new PageSender.Hash());
    return this;
  }

  /** The console or xenstored may have written meanwhile: what they wrote goes too. */
  private Behavior<SourceCommand> onHashed(byte[] hash) {
    if (!(state instanceof Hashing(var move, var captured, var log))) {
      return this;
    }
    boolean dirtied = log.filter(logged -> logged.count() > 0).isPresent();
    if (dirtied && hashes < MAX_HASHES) {
      moveTo(new StopAndCopying(move, captured, log), "pages were written behind the hash");
      return lastRound();
    }
    return finishStream(move, captured, Optional.of(ByteString.copyFrom(hash)));
  }

  private Behavior<SourceCommand> finishStream(
      Move move, CapturedState captured, Optional<ByteString> hash) {
    try {
      sender.tell(new PageSender.Finish(DomainImage.toImage(move.frozen().xen(), captured)));
    } catch (BadState e) {
      return giveUp(ToolstackErrors.failed(e.getMessage()));
    }
    moveTo(new Ending(move, hash), "all pages are sent");
    return this;
  }

  private Behavior<SourceCommand> onStreamOver(PageSender.StreamOver over) {
    if (!(state instanceof Ending(var move, var hash))) {
      return this;
    }
    outflow.last(over.chunks());
    return tools
        .passage()
        .at(
            CrashPoint.SOURCE_BEFORE_STREAM_END,
            move.name(),
            () -> {
              Sent sent = new Sent(over.bytes(), hash);
              moveTo(new Flushing(move, sent), "the stream is made");
              return endStream(move, sent);
            });
  }

  /** When the last piece has gone. */
  private Behavior<SourceCommand> endStream(Move move, Sent sent) {
    if (!outflow.isEmpty()) {
      return this;
    }
    moveTo(new AwaitingReady(move, sent), "the stream is over");
    tools.limit(MigrationProtocol.READY_LIMIT, move.target().host() + " does not build the domain");
    move.link()
        .send(
            MigrationFrame.newBuilder()
                .setStreamEnd(MigrationStreamEnd.newBuilder().setBytes(sent.bytes()))
                .build());
    return tools.passage().at(CrashPoint.SOURCE_STREAM_ENDED, move.name(), () -> this);
  }

  private Behavior<SourceCommand> onReady(Move move, Sent sent, MigrationReady ready) {
    if (sent.hash().isPresent()) {
      if (!ready.getMemoryHash().equals(sent.hash().get())) {
        return giveUp(ToolstackErrors.failed("the pages at the target differ from the guest's"));
      }
      tools.report().verified(ready.getPagesHashed());
    }
    tools.unlimited();
    tools.report().client().note("migration sender: Target has acknowledged transfer.");
    return tools
        .passage()
        .at(
            CrashPoint.SOURCE_READY,
            move.name(),
            () -> SourceCommit.begin(getContext(), move, sent.bytes()));
  }

  // ---- giving up ----

  private Behavior<SourceCommand> onNotice(RelocationNotice notice) {
    return switch (notice) {
      case RelocationNotice.IsFrozen(var frozen) -> lookUp(frozen);
      case RelocationNotice.NotFrozen(var error) -> fail(error);
      case RelocationNotice.HasShutDown(var reason) -> {
        if (state instanceof Suspending(_, _, var suspension, _)) {
          tools.report().suspended();
          suspension.tell(new GuestSuspension.HasShutDown(reason));
          yield this;
        }
        String word = reason.name().toLowerCase(Locale.ROOT);
        yield state instanceof Still
            ? this // said again
            : giveUp(ToolstackErrors.wrongState("the domain has shut down meanwhile: " + word));
      }
      case RelocationNotice.AbortAsked(var domid, var replyTo) -> {
        replyTo.tell(new Outcome.Done<>(domid));
        yield giveUp(ToolstackErrors.aborted("the migration was aborted"));
      }
      case RelocationNotice.HostStops() ->
          giveUp(ToolstackErrors.aborted("the host is going down"));
      default -> this; // for those who expect a domain
    };
  }

  private Behavior<SourceCommand> giveUp(ToolstackError error) {
    return switch (state) {
      case Freezing() -> {
        givenUpEarly = Optional.of(error);
        yield this;
      }
      case LookingUp(var frozen) -> {
        tools.setup().ask(new Thaw(frozen.instance(), frozen.ownership()));
        yield fail(error);
      }
      case Suspending(var move, var log, var suspension, var earlier) -> {
        state = new Suspending(move, log, suspension, Optional.of(earlier.orElse(error)));
        yield this;
      }
      case Still still -> retreat(still.move(), Guest.STANDS_STILL, error);
      case Linked linked -> retreat(linked.move(), Guest.RUNS, error);
    };
  }

  private Behavior<SourceCommand> retreat(Move move, Guest guest, ToolstackError error) {
    return SourceRetreat.begin(
        getContext(), new SourceRetreat.Order(move, move.frozen().ownership(), guest, error));
  }

  private Behavior<SourceCommand> fail(ToolstackError error) {
    tools.report().client().failed(error);
    return Behaviors.stopped();
  }

  private void moveTo(State next, String why) {
    getContext()
        .getLog()
        .debug(
            "migration to {}: {} -> {}: {}",
            tools.order().targetHost(),
            state.getClass().getSimpleName(),
            next.getClass().getSimpleName(),
            why);
    state = next;
  }
}
