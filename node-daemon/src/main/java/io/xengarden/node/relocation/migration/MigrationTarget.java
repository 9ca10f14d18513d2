package io.xengarden.node.relocation.migration;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.StashBuffer;
import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.node.array.HostRecord;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.ownership.OwnershipCommand.Identify;
import io.xengarden.node.ownership.OwnershipCommand.Identity;
import io.xengarden.node.relocation.CrashPoint;
import io.xengarden.node.relocation.Passage;
import io.xengarden.node.relocation.RelocationSetup;
import io.xengarden.node.relocation.guest.DomainImage;
import io.xengarden.node.relocation.migration.SwapUntilAnswered.Done;
import io.xengarden.node.relocation.migration.SwapUntilAnswered.Other;
import io.xengarden.node.relocation.migration.SwapUntilAnswered.Swap;
import io.xengarden.node.toolstack.Outcome;
import io.xengarden.node.toolstack.RelocationNotice;
import io.xengarden.node.toolstack.RelocationNotice.PlaceMade;
import io.xengarden.node.toolstack.RelocationRequest.Adopt;
import io.xengarden.node.toolstack.RelocationRequest.Arrive;
import io.xengarden.node.toolstack.RelocationRequest.Claims;
import io.xengarden.node.toolstack.RelocationRequest.Expect;
import io.xengarden.node.toolstack.RelocationRequest.Release;
import io.xengarden.node.toolstack.RelocationRequest.Remaining;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import io.xengarden.node.toolstack.ToolstackErrors;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.MigrationAccepted;
import io.xengarden.proto.v1.MigrationBatch;
import io.xengarden.proto.v1.MigrationBatchDone;
import io.xengarden.proto.v1.MigrationFrame;
import io.xengarden.proto.v1.MigrationOffer;
import io.xengarden.proto.v1.MigrationReady;
import io.xengarden.proto.v1.MigrationRefused;
import io.xengarden.proto.v1.MigrationReply;
import io.xengarden.proto.v1.MigrationUnpaused;
import io.xengarden.proto.v1.ToolstackError;
import java.util.Optional;

/**
 * The target of a migration: makes place, fills the memory, builds the domain paused, and lets it
 * run when the source says that the register has made it this host's. If the source falls silent
 * before ready, everything is taken down; behind ready, a swap that raises the source's epoch shows
 * whether the commit has happened, or makes it impossible.
 */
public final class MigrationTarget extends AbstractOnMessageBehavior<MigrationTarget.Command> {
  public sealed interface Command {}

  private record LinkSays(LinkEvent<MigrationFrame> event) implements Command {}

  private record Identified(Identity identity) implements Command {}

  private record Noticed(RelocationNotice notice) implements Command {}

  private record Received(PageReceiver.Report report) implements Command {}

  private record ReceiverEnded() implements Command {}

  private record SwapEnded(SwapUntilAnswered.Result result) implements Command {}

  private record OfferOverdue() implements Command {}

  private record Passed() implements Command {}

  private sealed interface State {}

  private record AwaitingOffer() implements State {}

  private record Identifying(MigrationOffer offer) implements State {}

  /**
   * The toolstack checks the offer.
   *
   * @param givenUp why the domain is to be dropped as soon as it is there
   */
  private record Expecting(MigrationOffer offer, HostRecord self, Optional<ToolstackError> givenUp)
      implements State {}

  /** There is a domain that may have to be dropped. */
  private sealed interface Placed extends State {
    Arrival arrival();
  }

  private record Receiving(
      Arrival arrival, ActorRef<PageReceiver.Command> receiver, long received, long taken)
      implements Placed {}

  /** All pages are there. */
  private record Building(Arrival arrival, PageReceiver.Filled filled) implements Placed {}

  /** The source may commit at any time from here on. */
  private record Ready(Arrival arrival) implements Placed {}

  /** The source is lost: whether it has committed is being found out. */
  private record Deciding(Arrival arrival) implements Placed {}

  private record Adopting(Arrival arrival, Ownership committed) implements Placed {}

  /** It is this host's and does not run; the source may take it back. */
  private record Stuck(Arrival arrival, Ownership committed) implements Placed {}

  /** The receiver must let go of the memory before it is taken away. */
  private record StoppingReceiver(Arrival arrival, ToolstackError error) implements Placed {}

  private record Dropping(ToolstackError error) implements State {}

  /** What comes, and whose it becomes. */
  private record Arrival(MigrationOffer offer, HostRecord self, PlaceMade domain) {
    long instance() {
      return domain.instance();
    }

    String name() {
      return domain.config().getName();
    }

    Ownership.Description description() {
      return new Ownership.Description(
          name(), domain.config().getMemoryKib(), domain.config().getMaxVcpus());
    }

    Ownership mine(long epoch, String attempt) {
      return new Ownership(
          domain.uuid(), self.name(), self.incarnation(), epoch, attempt, description());
    }

    /** Keeps the source the owner, and makes its commit impossible. */
    Swap raise() {
      Ownership kept =
          new Ownership(
              domain.uuid(),
              offer.getSourceHost(),
              offer.getSourceIncarnation(),
              0,
              offer.getMigration() + "/target-raises",
              description());
      return new Swap(offer.getSourceEpoch(), kept);
    }

    boolean isCommit(Ownership record) {
      return record.attempt().equals(offer.getMigration())
          && record.owner().equals(self.name())
          && record.incarnation() == self.incarnation();
    }
  }

  private final RelocationSetup setup;
  private final MigrationLinks.Incoming link;

  private final Passage<Command> passage;
  private final TimerScheduler<Command> timers;
  private State state = new AwaitingOffer();

  public static Behavior<Command> create(RelocationSetup setup, MigrationLinks.Incoming link) {
    return Behaviors.withStash(
        Passage.MAX_WAITING,
        stash ->
            Behaviors.withTimers(
                timers ->
                    Behaviors.setup(
                        context -> new MigrationTarget(context, stash, timers, setup, link))));
  }

  private MigrationTarget(
      ActorContext<Command> context,
      StashBuffer<Command> stash,
      TimerScheduler<Command> timers,
      RelocationSetup setup,
      MigrationLinks.Incoming link) {
    super(context);
    this.setup = setup;
    this.link = link;
    this.timers = timers;

    this.passage = new Passage<>(context, stash, setup.outside().crashPoints(), new Passed());
    timers.startSingleTimer(new OfferOverdue(), MigrationProtocol.OFFER_LIMIT);
    ActorRef<Command> self = context.getSelf();
    link.listen(event -> self.tell(new LinkSays(event)));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case LinkSays(LinkEvent.Received<MigrationFrame>(var frame)) -> onFrame(frame);
      case LinkSays(LinkEvent.Broken<MigrationFrame>(var why)) -> onLost(why);
      case LinkSays(LinkEvent.HasRoom<MigrationFrame>()) -> this; // replies are small and few
      case Identified(var identity) -> onIdentified(identity);

      case Noticed(var notice) -> onNotice(notice);
      case Received(var report) -> onReport(report);
      case ReceiverEnded() -> onReceiverEnded();
      case SwapEnded(var result) -> onSwapEnded(result);

      case OfferOverdue() ->
          state instanceof AwaitingOffer ? refuse(protocol("no offer came")) : this;
      case Passed() -> this;
    };
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Behavior<Command> onFrame(MigrationFrame frame) {
    return switch (frame.getFrameCase()) {
      case OFFER -> onOffer(frame.getOffer());
      case BATCH -> onBatch(frame.getBatch());
      case STREAM_END -> onStreamEnd(frame.getStreamEnd().getBytes());
      case COMMITTED -> onCommitted(frame.getCommitted().getEpoch());
      case CANCEL -> onCancel(frame.getCancel().getReason());
      case FRAME_NOT_SET -> giveUp(protocol("the source says what is not understood"));
    };
  }

  private static ToolstackError protocol(String why) {
    return ToolstackErrors.badRequest("migration stream: " + why);
  }

  private Behavior<Command> outOfTurn(String what) {
    return giveUp(protocol(what + " out of turn"));
  }

  // ---- making place ----

  private Behavior<Command> onOffer(MigrationOffer offer) {
    if (!(state instanceof AwaitingOffer)) {
      return outOfTurn("an offer");
    }
    timers.cancelAll();
    if (offer.getProtocolVersion() != MigrationProtocol.VERSION) {
      return refuse(
          protocol("version " + offer.getProtocolVersion() + ", not " + MigrationProtocol.VERSION));
    }
    int idLength = offer.getMigration().length();
    if (idLength == 0
        || idLength > MigrationProtocol.MAX_ID
        || offer.getSourceHost().isEmpty()
        || offer.getConfig().getUuid().isEmpty()) {
      return refuse(protocol("an offer that says not enough"));
    }
    moveTo(new Identifying(offer), "offered");
    return passage.at(
        CrashPoint.TARGET_OFFERED,
        offer.getConfig().getName(),
        () -> {
          setup
              .cluster()
              .ownership()
              .tell(new Identify(getContext().messageAdapter(Identity.class, Identified::new)));
          return this;
        });
  }

  private Behavior<Command> onIdentified(Identity identity) {
    MigrationOffer offer = ((Identifying) state).offer();
    if (identity.self().isEmpty()) {
      return refuse(ToolstackErrors.ownership("this host has not joined its cluster yet"));
    }
    moveTo(new Expecting(offer, identity.self().get(), Optional.empty()), "identified");
    ActorRef<RelocationNotice> notices =
        getContext().messageAdapter(RelocationNotice.class, Noticed::new);
    String name = offer.getConfig().getName() + MigrationProtocol.INCOMING_SUFFIX;
    setup.ask(new Expect(offer.getConfig(), name, Claims.BY_COMMIT, notices));
    return this;
  }

  private Behavior<Command> onNotice(RelocationNotice notice) {
    return switch (notice) {
      case PlaceMade domain -> onPlace(domain);
      case RelocationNotice.IsBuilt _ -> onBuilt();
      case RelocationNotice.NotBuilt(var error) ->
          refuse(state instanceof Dropping(var why) ? why : error);
      case RelocationNotice.IsAdopted(var info) -> onAdopted(info);
      case RelocationNotice.NotAdopted(var error) -> onNotAdopted(error);
      case RelocationNotice.IsGone() -> refuse(((Dropping) state).error());
      case RelocationNotice.IsDying(var error) -> refuse(error);
      case RelocationNotice.HostStops() -> onHostStops();
      case RelocationNotice.AbortAsked(_, var replyTo) -> {
        replyTo.tell(
            new Outcome.Refused<>(
                ToolstackErrors.wrongState("a migration is aborted at its source")));
        yield this;
      }
      default -> this; // for those who freeze a domain
    };
  }

  private Behavior<Command> onPlace(PlaceMade domain) {
    Expecting expecting = (Expecting) state;
    Arrival arrival = new Arrival(expecting.offer(), expecting.self(), domain);
    if (expecting.givenUp().isPresent()) {
      return drop(arrival, expecting.givenUp().get());
    }
    ActorRef<PageReceiver.Report> reports =
        getContext().messageAdapter(PageReceiver.Report.class, Received::new);
    String name = "migration stream from " + arrival.offer().getSourceHost();
    ActorRef<PageReceiver.Command> receiver =
        getContext()
            .spawn(
                PageReceiver.create(name, domain.xen(), reports),
                "receiver",
                DispatcherSelector.fromConfig(RelocationSetup.IO_DISPATCHER));
    getContext().watchWith(receiver, new ReceiverEnded());
    moveTo(new Receiving(arrival, receiver, 0, 0), "place is made");
    return passage.at(
        CrashPoint.TARGET_PREPARED,
        arrival.name(),
        () -> {
          MigrationAccepted accepted =
              MigrationAccepted.newBuilder()
                  .setTargetHost(arrival.self().name())
                  .setTargetIncarnation(arrival.self().incarnation())
                  .build();
          link.send(MigrationReply.newBuilder().setAccepted(accepted).build());
          return this;
        });
  }

  // ---- filling it ----

  private Behavior<Command> onBatch(MigrationBatch batch) {
    if (!(state instanceof Receiving(var arrival, var receiver, var received, var taken))) {
      return isOver() ? this : outOfTurn("a batch");
    }
    if (batch.getSequence() != received + 1) {
      return giveUp(protocol("batch " + batch.getSequence() + " behind " + received));
    }
    if (batch.getData().size() > MigrationProtocol.MAX_BATCH_BYTES) {
      return giveUp(protocol("a batch of " + batch.getData().size() + " bytes"));
    }
    if (batch.getSequence() - taken > MigrationProtocol.WINDOW) {
      return giveUp(
          protocol("more than " + MigrationProtocol.WINDOW + " batches are unacknowledged"));
    }
    state = new Receiving(arrival, receiver, batch.getSequence(), taken);
    return passage.at(
        CrashPoint.TARGET_BATCH,
        arrival.name(),
        () -> {
          receiver.tell(new PageReceiver.Take(batch.getSequence(), batch.getData()));
          return this;
        });
  }

  private Behavior<Command> onReport(PageReceiver.Report report) {
    if (!(state instanceof Receiving(var arrival, var receiver, var received, _))) {
      return this;
    }
    return switch (report) {
      case PageReceiver.Taken(var sequence) -> {
        state = new Receiving(arrival, receiver, received, sequence);
        link.send(
            MigrationReply.newBuilder()
                .setBatchDone(MigrationBatchDone.newBuilder().setSequence(sequence))
                .build());
        yield this;
      }
      case PageReceiver.Refused(var why) -> giveUp(ToolstackErrors.badRequest(why));
      case PageReceiver.Filled filled ->
          passage.at(CrashPoint.TARGET_STREAM_ENDED, arrival.name(), () -> build(arrival, filled));
    };
  }

  private Behavior<Command> onStreamEnd(long bytes) {
    if (!(state instanceof Receiving receiving)) {
      return isOver() ? this : outOfTurn("the end of the stream");
    }
    PageReceiver.Checking checking =
        receiving.arrival().offer().getDebug()
            ? PageReceiver.Checking.HASH
            : PageReceiver.Checking.NONE;
    receiving.receiver().tell(new PageReceiver.End(bytes, checking));
    return this;
  }

  private Behavior<Command> build(Arrival arrival, PageReceiver.Filled filled) {
    moveTo(new Building(arrival, filled), "all pages are there");
    setup.ask(new Arrive(arrival.instance(), DomainImage.fromImage(filled.state())));
    return this;
  }

  private Behavior<Command> onBuilt() {
    if (!(state instanceof Building(var arrival, var filled))) {
      return this;
    }
    return passage.at(CrashPoint.TARGET_BUILT, arrival.name(), () -> ready(arrival, filled));
  }

  private Behavior<Command> ready(Arrival arrival, PageReceiver.Filled filled) {
    moveTo(new Ready(arrival), "built");
    MigrationReady ready =
        MigrationReady.newBuilder()
            .setMemoryHash(filled.hash())
            .setPagesHashed(filled.pagesHashed())
            .build();
    link.send(MigrationReply.newBuilder().setReady(ready).build());
    return passage.at(CrashPoint.TARGET_READY, arrival.name(), () -> this);
  }

  // ---- whose it is ----

  private Behavior<Command> onCommitted(long epoch) {
    if (!(state instanceof Ready(var arrival))) {
      return isOver() ? this : outOfTurn("a commit");
    }
    Ownership committed = arrival.mine(epoch, arrival.offer().getMigration());
    moveTo(new Adopting(arrival, committed), "committed");
    return passage.at(
        CrashPoint.TARGET_COMMIT_TOLD, arrival.name(), () -> adopt(arrival, committed));
  }

  private Behavior<Command> adopt(Arrival arrival, Ownership committed) {
    InitialState wanted = arrival.offer().getPaused() ? InitialState.PAUSED : InitialState.RUNNING;
    setup.ask(new Adopt(arrival.instance(), wanted, Optional.of(committed)));
    return this;
  }

  private Behavior<Command> onAdopted(DomainInfo info) {
    return passage.at(
        CrashPoint.TARGET_UNPAUSED,
        info.getName(),
        () -> {
          link.send(
              MigrationReply.newBuilder()
                  .setUnpaused(MigrationUnpaused.newBuilder().setDomid(info.getDomid()))
                  .build());
          link.close();
          return Behaviors.stopped();
        });
  }

  private Behavior<Command> onNotAdopted(ToolstackError error) {
    Adopting adopting = (Adopting) state;
    moveTo(new Stuck(adopting.arrival(), adopting.committed()), error.getMessage());
    link.send(refused(error));
    return this;
  }

  /** The source can commit no more without this host's knowing: the record says whether it has. */
  private Behavior<Command> raise(Arrival arrival, String why) {
    moveTo(new Deciding(arrival), why);
    return passage.at(CrashPoint.TARGET_RAISE, arrival.name(), () -> swap(arrival.raise()));
  }

  private Behavior<Command> swap(Swap swap) {
    ActorRef<SwapUntilAnswered.Result> ended =
        getContext().messageAdapter(SwapUntilAnswered.Result.class, SwapEnded::new);
    getContext().spawnAnonymous(SwapUntilAnswered.create(setup.cluster().register(), swap, ended));
    return this;
  }

  private Behavior<Command> onSwapEnded(SwapUntilAnswered.Result result) {
    return switch (state) {
      case Deciding(var arrival) ->
          switch (result) {
            case Other(var current) when current.filter(arrival::isCommit).isPresent() -> {
              moveTo(new Adopting(arrival, current.get()), "the commit has happened");
              yield adopt(arrival, current.get());
            }
            case Done _, Other _ -> drop(arrival, lost("before it had committed"));
          };
      case Stuck(var arrival, _) ->
          switch (result) {
            case Done(var kept) -> keep(arrival, kept);
            case Other _ -> drop(arrival, lost("and has taken the domain back"));
          };
      default -> this;
    };
  }

  private static ToolstackError lost(String when) {
    return ToolstackErrors.hostUnreachable("the source fell silent " + when);
  }

  /** It is this host's for good, and paused. */
  private Behavior<Command> keep(Arrival arrival, Ownership kept) {
    getContext().getLog().warn("{} is here and does not run; unpause it", arrival.name());
    setup.ask(new Adopt(arrival.instance(), InitialState.PAUSED, Optional.of(kept)));
    moveTo(new Adopting(arrival, kept), "the source cannot take it back");
    return this;
  }

  // ---- giving up ----

  private Behavior<Command> onLost(String why) {
    return switch (state) {
      case Ready(var arrival) -> raise(arrival, why);
      case Stuck(var arrival, var committed) ->
          swap(
              new Swap(
                  committed.epoch(),
                  arrival.mine(0, arrival.offer().getMigration() + "/target-keeps")));
      case Deciding _, Adopting _ -> this; // it comes to its end without the source
      default -> giveUp(ToolstackErrors.hostUnreachable("the source is lost: " + why));
    };
  }

  /** The source's own word that it has not committed, or has taken the domain back. */
  private Behavior<Command> onCancel(String why) {
    ToolstackError error = ToolstackErrors.aborted("cancelled by the source: " + why);
    return switch (state) {
      case Ready(var arrival) -> drop(arrival, error);
      case Stuck(var arrival, _) -> drop(arrival, error);
      case Deciding _, Adopting _ -> this;
      default -> giveUp(error);
    };
  }

  private Behavior<Command> onHostStops() {
    return state instanceof Ready(var arrival)
        ? raise(arrival, "the host is going down")
        : giveUp(ToolstackErrors.aborted("the host is going down"));
  }

  /** Before ready: nobody can have made the domain this host's. */
  private Behavior<Command> giveUp(ToolstackError error) {
    return switch (state) {
      case AwaitingOffer(), Identifying _ -> refuse(error);
      case Expecting(var offer, var self, var earlier) -> {
        state = new Expecting(offer, self, Optional.of(earlier.orElse(error)));
        yield this;
      }

      case Building(var arrival, _) -> drop(arrival, error);
      case Receiving(var arrival, var receiver, _, _) -> {
        moveTo(new StoppingReceiver(arrival, error), error.getMessage());
        getContext().stop(receiver);
        yield this;
      }
      case Ready(var arrival) -> raise(arrival, error.getMessage());
      case Deciding _, Adopting _, Stuck _, StoppingReceiver _, Dropping _ -> this;
    };
  }

  private boolean isOver() {
    return state instanceof StoppingReceiver || state instanceof Dropping;
  }

  private Behavior<Command> onReceiverEnded() {
    return switch (state) {
      case StoppingReceiver(var arrival, var error) -> drop(arrival, error);
      case Receiving(var arrival, _, _, _) ->
          drop(arrival, ToolstackErrors.failed("the taking of pages has failed"));
      default -> this;
    };
  }

  private Behavior<Command> drop(Arrival arrival, ToolstackError error) {
    moveTo(new Dropping(error), error.getMessage());
    setup.ask(new Release(arrival.instance(), Remaining.ELSEWHERE, error.getMessage()));
    return this;
  }

  /** Nothing is left of it here. */
  private Behavior<Command> refuse(ToolstackError error) {
    getContext().getLog().info("a migration is refused: {}", error.getMessage());
    link.send(refused(error));
    link.close();
    return Behaviors.stopped();
  }

  private static MigrationReply refused(ToolstackError error) {
    return MigrationReply.newBuilder()
        .setRefused(MigrationRefused.newBuilder().setError(error))
        .build();
  }

  private void moveTo(State next, String why) {
    getContext()
        .getLog()
        .debug(
            "incoming: {} -> {}: {}",
            state.getClass().getSimpleName(),
            next.getClass().getSimpleName(),
            why);
    state = next;
  }
}
