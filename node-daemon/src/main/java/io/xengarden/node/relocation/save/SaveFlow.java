package io.xengarden.node.relocation.save;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.StashBuffer;
import io.xengarden.abi.Domid;
import io.xengarden.node.relocation.Client;
import io.xengarden.node.relocation.CrashPoint;
import io.xengarden.node.relocation.Passage;
import io.xengarden.node.relocation.RelocationSetup;
import io.xengarden.node.relocation.RelocationUpdate;
import io.xengarden.node.relocation.ToolstackLink;
import io.xengarden.node.relocation.guest.DomainImage;
import io.xengarden.node.relocation.guest.DomainImage.BadState;
import io.xengarden.node.relocation.guest.GuestRevival;
import io.xengarden.node.relocation.guest.GuestRevival.Afterwards;
import io.xengarden.node.relocation.guest.GuestSuspension;
import io.xengarden.node.toolstack.Outcome;
import io.xengarden.node.toolstack.RelocationNotice;
import io.xengarden.node.toolstack.RelocationRequest.Freeze;
import io.xengarden.node.toolstack.RelocationRequest.Frozen;
import io.xengarden.node.toolstack.RelocationRequest.Purpose;
import io.xengarden.node.toolstack.RelocationRequest.Release;
import io.xengarden.node.toolstack.RelocationRequest.Remaining;
import io.xengarden.node.toolstack.RelocationRequest.Thaw;
import io.xengarden.node.toolstack.ToolstackErrors;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.DomainSelector;
import io.xengarden.proto.v1.RelocationSummary;
import io.xengarden.proto.v1.RoundProgress;
import io.xengarden.proto.v1.SaveDomainRequest.After;
import io.xengarden.proto.v1.ToolstackError;
import java.util.Optional;

/**
 * Saves one domain: freezes it, begins the file, suspends the guest, writes everything, puts the
 * file in its place, and then destroys the domain or lets it run on. Until the file is in place any
 * failure lets the guest run on where it is.
 */
public final class SaveFlow extends AbstractOnMessageBehavior<SaveFlow.Command> {
  private static final int LAST_ROUND = 1;

  /**
   * @param file absolute path on the host
   */
  public record Order(DomainSelector domain, String file, After after) {}

  public sealed interface Command {}

  private record FreezeAnswered(Outcome<Frozen> outcome) implements Command {}

  private record Noticed(RelocationNotice notice) implements Command {}

  private record Reported(SaveWriter.Report report) implements Command {}

  private record SuspensionEnded(GuestSuspension.Result result) implements Command {}

  private record RevivalEnded(GuestRevival.Result result) implements Command {}

  private record ReleaseAnswered(Outcome<Domid> outcome) implements Command {}

  private record WriterEnded() implements Command {}

  private record Passed() implements Command {}

  private sealed interface State {}

  private record Freezing() implements State {}

  private record Opening(Frozen frozen) implements State {}

  private record Suspending(Frozen frozen, ActorRef<GuestSuspension.Command> suspension)
      implements State {}

  /** The guest stands still. */
  private record Writing(Frozen frozen) implements State {}

  /**
   * The guest is to run on.
   *
   * @param failure why it was not saved; empty when it was
   */
  private record Reviving(Frozen frozen, Optional<ToolstackError> failure) implements State {}

  private record Releasing() implements State {}

  private final RelocationSetup setup;
  private final Order order;
  private final Client client;
  private final ToolstackLink<Command> toolstack;
  private final Passage<Command> passage;
  private final RelocationSummary.Builder summary = RelocationSummary.newBuilder().setRounds(1);
  private final long begun;
  private ActorRef<SaveWriter.Command> writer;
  private State state = new Freezing();

  public static Behavior<Command> create(
      RelocationSetup setup, Order order, ActorRef<RelocationUpdate> replyTo) {
    return Behaviors.withStash(
        Passage.MAX_WAITING,
        stash ->
            Behaviors.setup(
                context -> new SaveFlow(context, stash, setup, order, new Client(replyTo))));
  }

  private SaveFlow(
      ActorContext<Command> context,
      StashBuffer<Command> stash,
      RelocationSetup setup,
      Order order,
      Client client) {
    super(context);
    this.setup = setup;
    this.order = order;
    this.client = client;
    this.toolstack = new ToolstackLink<>(context, setup.actors().toolstack());
    this.passage = new Passage<>(context, stash, setup.outside().crashPoints(), new Passed());
    this.begun = setup.outside().clock().nanos();
    ActorRef<RelocationNotice> notices =
        context.messageAdapter(RelocationNotice.class, Noticed::new);
    toolstack.<Frozen>ask(
        ToolstackLink.ANSWER_LIMIT,
        replyTo -> new Freeze(order.domain(), Purpose.SAVE, notices, replyTo),
        FreezeAnswered::new);
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case FreezeAnswered(Outcome.Done<Frozen>(var frozen)) -> open(frozen);
      case FreezeAnswered(Outcome.Refused<Frozen>(var error)) -> fail(error);
      case Noticed(var notice) -> onNotice(notice);
      case Reported(var report) -> onReport(report);
      case SuspensionEnded(GuestSuspension.Suspended(var captured)) ->
          passage.at(CrashPoint.SAVE_SUSPENDED, name(), () -> write(captured));
      case SuspensionEnded(GuestSuspension.NotSuspended(var error)) -> stay(error);
      case RevivalEnded(var result) -> onRevived(result);
      case ReleaseAnswered(var outcome) -> onReleased(outcome);
      case WriterEnded() -> onWriterEnded();
      case Passed() -> this;
    };
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Behavior<Command> onNotice(RelocationNotice notice) {
    if (notice instanceof RelocationNotice.HasShutDown(var reason)
        && state instanceof Suspending(_, var suspension)) {
      suspension.tell(new GuestSuspension.HasShutDown(reason));
    }
    return this; // a host that stops waits for a save, which ends by itself
  }

  private Behavior<Command> open(Frozen frozen) {
    moveTo(new Opening(frozen), "frozen");
    ActorRef<SaveWriter.Report> reports =
        getContext().messageAdapter(SaveWriter.Report.class, Reported::new);
    writer =
        getContext()
            .spawn(
                SaveWriter.create(setup.outside().ports().files(), order.file(), reports),
                "writer",
                DispatcherSelector.fromConfig(RelocationSetup.IO_DISPATCHER));
    getContext().watchWith(writer, new WriterEnded());
    return this;
  }

  private Behavior<Command> onReport(SaveWriter.Report report) {
    return switch (report) {
      case SaveWriter.Opened() -> suspend(((Opening) state).frozen());
      case SaveWriter.Wrote wrote -> {
        tellProgress(wrote.scanned(), false);
        yield this;
      }
      case SaveWriter.InPlace(var pages, var bytes) -> onInPlace(pages, bytes);
      case SaveWriter.Failed(var why) -> onWriteFailed(why);
    };
  }

  private Behavior<Command> suspend(Frozen frozen) {
    int configBytes = ConfigJson.write(frozen.config()).length() + 1;
    client.note("Saving to " + order.file() + " new xl format (info 0x3/0x0/" + configBytes + ")");
    ActorRef<GuestSuspension.Result> ended =
        getContext().messageAdapter(GuestSuspension.Result.class, SuspensionEnded::new);
    ActorRef<GuestSuspension.Command> suspension =
        getContext().spawnAnonymous(GuestSuspension.create(setup.guestActors(frozen), ended));
    moveTo(new Suspending(frozen, suspension), "the file can be written");
    return this;
  }

  private Behavior<Command> write(io.xengarden.domain.CapturedState captured) {
    Frozen frozen = ((Suspending) state).frozen();
    moveTo(new Writing(frozen), "suspended");
    try {
      writer.tell(
          new SaveWriter.Write(
              frozen.xen(), DomainImage.toImage(frozen.xen(), captured), frozen.config()));
      return this;
    } catch (BadState e) {
      return revive(Optional.of(ToolstackErrors.failed(e.getMessage())));
    }
  }

  private Behavior<Command> onInPlace(long pages, long bytes) {
    summary.setPagesSent(pages).setBytesSent(bytes);
    Frozen frozen = ((Writing) state).frozen();
    tellProgress(frozen.xen().pages(), true);
    return passage.at(
        CrashPoint.SAVE_IN_PLACE,
        name(),
        () ->
            switch (order.after()) {
              case AFTER_RESUME, AFTER_PAUSE -> revive(Optional.empty());
              case AFTER_DESTROY, AFTER_UNSPECIFIED, UNRECOGNIZED -> release(frozen);
            });
  }

  private Behavior<Command> onWriteFailed(String why) {
    ToolstackError error = ToolstackErrors.failed(why);
    return state instanceof Writing ? revive(Optional.of(error)) : stay(error);
  }

  /** Reports come before the end; an end without one is a failure of ours. */
  private Behavior<Command> onWriterEnded() {
    return switch (state) {
      case Opening _ -> stay(ToolstackErrors.failed("the writing has failed"));
      case Writing _ -> revive(Optional.of(ToolstackErrors.failed("the writing has failed")));
      default -> this;
    };
  }

  private Behavior<Command> revive(Optional<ToolstackError> failure) {
    Frozen frozen = ((Writing) state).frozen();
    moveTo(new Reviving(frozen, failure), failure.map(ToolstackError::getMessage).orElse("saved"));
    Afterwards afterwards =
        failure.isEmpty() && order.after() == After.AFTER_PAUSE
            ? Afterwards.PAUSED
            : Afterwards.RUNNING;
    ActorRef<GuestRevival.Result> ended =
        getContext().messageAdapter(GuestRevival.Result.class, RevivalEnded::new);
    getContext().spawnAnonymous(GuestRevival.create(setup.guestActors(frozen), afterwards, ended));
    return this;
  }

  private Behavior<Command> onRevived(GuestRevival.Result result) {
    Reviving reviving = (Reviving) state;
    thaw(reviving.frozen());
    if (result instanceof GuestRevival.NotRevived(var why)) {
      String also = reviving.failure().map(error -> error.getMessage() + "; ").orElse("");
      return fail(ToolstackErrors.failed(also + "the domain cannot be resumed: " + why));
    }
    return reviving.failure().map(this::fail).orElseGet(() -> finish(reviving.frozen()));
  }

  private Behavior<Command> release(Frozen frozen) {
    moveTo(new Releasing(), "saved");
    summary.setDomain(info(frozen));
    toolstack.<Domid>ask(
        ToolstackLink.TEARDOWN_LIMIT,
        replyTo ->
            new Release(frozen.instance(), Remaining.REMOVED, "saved to " + order.file(), replyTo),
        ReleaseAnswered::new);
    return this;
  }

  private Behavior<Command> onReleased(Outcome<Domid> outcome) {
    return switch (outcome) {
      case Outcome.Done<Domid> _ -> finish();
      case Outcome.Refused<Domid>(var error) -> fail(error);
    };
  }

  /** It has not been suspended, or runs on already. */
  private Behavior<Command> stay(ToolstackError error) {
    switch (state) {
      case Opening(var frozen) -> thaw(frozen);
      case Suspending(var frozen, _) -> thaw(frozen);
      default -> throw new IllegalStateException("cannot stay in " + state);
    }
    return fail(error);
  }

  private void thaw(Frozen frozen) {
    toolstack.tell(new Thaw(frozen.instance(), frozen.ownership()));
  }

  private Behavior<Command> finish(Frozen frozen) {
    summary.setDomain(info(frozen));
    return finish();
  }

  private Behavior<Command> finish() {
    client.finished(summary.setTotalMs(elapsedMs()).build());
    return Behaviors.stopped();
  }

  private Behavior<Command> fail(ToolstackError error) {
    client.failed(error);
    return Behaviors.stopped();
  }

  private void tellProgress(long scanned, boolean finished) {
    long total = scanned;
    if (state instanceof Writing(var frozen)) {
      total = frozen.xen().pages();
    }
    client.round(
        RoundProgress.newBuilder()
            .setRound(LAST_ROUND)
            .setPagesSent(scanned)
            .setPagesTotal(total)
            .setStopAndCopy(true)
            .setFinished(finished)
            .build());
  }

  private DomainInfo info(Frozen frozen) {
    return DomainInfo.newBuilder()
        .setDomid(frozen.domid().value())
        .setUuid(frozen.uuid().toString())
        .setName(frozen.name())
        .setHost(setup.host())
        .setConfig(frozen.config())
        .build();
  }

  private long elapsedMs() {
    return (setup.outside().clock().nanos() - begun) / 1_000_000;
  }

  /** For crash points. */
  private String name() {
    return order.domain().getName();
  }

  private void moveTo(State next, String why) {
    getContext()
        .getLog()
        .debug(
            "save to {}: {} -> {}: {}",
            order.file(),
            state.getClass().getSimpleName(),
            next.getClass().getSimpleName(),
            why);
    state = next;
  }
}
