package io.xengarden.node.relocation.guest;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.domain.CapturedState;
import io.xengarden.domain.DomainCommand.CaptureRefused;
import io.xengarden.domain.DomainCommand.CaptureReply;
import io.xengarden.domain.DomainCommand.CaptureState;
import io.xengarden.domain.DomainCommand.StateCaptured;
import io.xengarden.node.dom0.Dom0Command.BackendsQuiesced;
import io.xengarden.node.dom0.Dom0Command.QuiesceBackends;
import io.xengarden.node.relocation.guest.GuestRevival.Afterwards;
import io.xengarden.node.toolstack.StorePaths;
import io.xengarden.node.toolstack.ToolstackErrors;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.BatchResult.BatchFailed;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.WatchFired;
import io.xengarden.xenstore.XenStoreCommand.Batch;
import io.xengarden.xenstore.XenStoreCommand.Watch;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Suspends a guest through {@code control/shutdown}, lets its backends finish what they have begun,
 * and takes its state. Whatever goes wrong on the way, the guest runs on: the answer {@link
 * NotSuspended} comes when it does, or when it has shut down by itself. Source: xen.md §3.5.
 */
public final class GuestSuspension extends AbstractOnMessageBehavior<GuestSuspension.Command> {
  /** How long a guest may take to acknowledge. */
  public static final Duration ACK_LIMIT = Duration.ofSeconds(60);

  /** How long it may take then to suspend. */
  public static final Duration SUSPEND_LIMIT = Duration.ofSeconds(60);

  /** How long its backends may take then to finish what is under way. */
  public static final Duration QUIESCE_LIMIT = Duration.ofSeconds(30);

  private static final String REQUEST = "suspend";

  public sealed interface Command {}

  /** From the toolstack, through whoever holds the domain. */
  public record HasShutDown(ShutdownReason reason) implements Command {}

  private record StoreAnswered(BatchResult result) implements Command {}

  private record ControlTouched(WatchFired fired) implements Command {}

  private record BackendsStill(BackendsQuiesced quiesced) implements Command {}

  private record CaptureAnswered(CaptureReply reply) implements Command {}

  private record RevivalEnded(GuestRevival.Result result) implements Command {}

  private record Overdue(State state) implements Command {}

  public sealed interface Result {}

  /** It stands still, and so do its backends, which keep their connections. */
  public record Suspended(CapturedState state) implements Result {}

  public record NotSuspended(ToolstackError error) implements Result {}

  private sealed interface State {}

  private record Writing() implements State {}

  /** The request is in the node; anything else in it is the acknowledgement. */
  private record Requested() implements State {}

  /** Too late: the request is taken back, unless it was acknowledged meanwhile. */
  private record Withdrawing() implements State {}

  private record Acknowledged() implements State {}

  private record Quiescing() implements State {}

  private record Capturing() implements State {}

  private record Reviving(ToolstackError error) implements State {}

  private final TimerScheduler<Command> timers;
  private final GuestActors actors;
  private final String control;
  private final ActorRef<BatchResult> storeAnswers;
  private final ActorRef<Result> replyTo;
  private State state = new Writing();

  public static Behavior<Command> create(GuestActors actors, ActorRef<Result> replyTo) {
    return Behaviors.withTimers(
        timers ->
            Behaviors.setup(context -> new GuestSuspension(context, timers, actors, replyTo)));
  }

  private GuestSuspension(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      GuestActors actors,
      ActorRef<Result> replyTo) {
    super(context);
    this.timers = timers;
    this.actors = actors;
    this.control = StorePaths.domain(actors.domid()) + "/control/shutdown";
    this.storeAnswers = context.messageAdapter(BatchResult.class, StoreAnswered::new);
    this.replyTo = replyTo;
    store(new StoreOp.Write(control, REQUEST));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case StoreAnswered(BatchDone done) -> onStoreDone(done);
      case StoreAnswered(BatchFailed _) ->
          end(new NotSuspended(ToolstackErrors.failed("the domain has no control/shutdown")));
      case ControlTouched _ -> {
        if (state instanceof Requested) {
          store(new StoreOp.ReadIfPresent(control));
        }
        yield this;
      }
      case HasShutDown(var reason) -> onShutDown(reason);
      case BackendsStill _ -> state instanceof Quiescing ? capture() : this;
      case CaptureAnswered(StateCaptured(var captured)) -> end(new Suspended(captured));
      case CaptureAnswered(CaptureRefused(var why)) -> revive(ToolstackErrors.failed(why));
      case RevivalEnded(var result) -> onRevived(result);
      case Overdue(var late) -> late.equals(state) ? onOverdue() : this;
    };
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Behavior<Command> onStoreDone(BatchDone done) {
    return switch (state) {
      case Writing() -> {
        moveTo(new Requested(), "asked");
        limit(ACK_LIMIT);
        ActorRef<WatchFired> fired =
            getContext().messageAdapter(WatchFired.class, ControlTouched::new);
        actors.store().tell(new Watch(control, "suspension", fired));
        yield this;
      }
      case Requested() -> isRequested(done) ? this : acknowledged();
      case Withdrawing() ->
          isRequested(done)
              ? end(new NotSuspended(ToolstackErrors.notAcknowledged(ACK_LIMIT.toSeconds())))
              : acknowledged();
      case Acknowledged(), Quiescing(), Capturing(), Reviving _ -> this;
    };
  }

  private static boolean isRequested(BatchDone read) {
    return read.text(0).filter(REQUEST::equals).isPresent();
  }

  private Behavior<Command> acknowledged() {
    moveTo(new Acknowledged(), "the guest has acknowledged");
    limit(SUSPEND_LIMIT);
    return this;
  }

  /** A guest that is down has heard, whether it said so or not. */
  private Behavior<Command> onShutDown(ShutdownReason reason) {
    return switch (state) {
      case Writing(), Requested(), Withdrawing(), Acknowledged() ->
          reason == ShutdownReason.SUSPEND ? quiesce() : end(shutDown(reason));
      case Quiescing(), Capturing(), Reviving _ -> this; // said again
    };
  }

  private static NotSuspended shutDown(ShutdownReason reason) {
    String word = reason.name().toLowerCase(Locale.ROOT);
    return new NotSuspended(
        ToolstackErrors.wrongState("the domain has shut down meanwhile: " + word));
  }

  private Behavior<Command> quiesce() {
    moveTo(new Quiescing(), "suspended");
    limit(QUIESCE_LIMIT);
    ActorRef<BackendsQuiesced> answers =
        getContext().messageAdapter(BackendsQuiesced.class, BackendsStill::new);
    actors.dom0().tell(new QuiesceBackends(actors.domid(), answers));
    return this;
  }

  private Behavior<Command> capture() {
    moveTo(new Capturing(), "its backends stand still");
    ActorRef<CaptureReply> answers =
        getContext().messageAdapter(CaptureReply.class, CaptureAnswered::new);
    actors.domain().tell(new CaptureState(answers));
    return this;
  }

  private Behavior<Command> onOverdue() {
    return switch (state) {
      case Requested() -> {
        moveTo(new Withdrawing(), "no acknowledgement");
        store(new StoreOp.ReadIfPresent(control), new StoreOp.Write(control, ""));
        yield this;
      }
      case Acknowledged() ->
          end(
              new NotSuspended(
                  ToolstackErrors.notAcknowledged(
                      "guest did not suspend within " + SUSPEND_LIMIT.toSeconds() + " s")));
      case Quiescing() ->
          revive(
              ToolstackErrors.failed(
                  "its disks did not come to rest within " + QUIESCE_LIMIT.toSeconds() + " s"));
      case Writing(), Withdrawing(), Capturing(), Reviving _ -> this;
    };
  }

  private Behavior<Command> revive(ToolstackError error) {
    moveTo(new Reviving(error), error.getMessage());
    ActorRef<GuestRevival.Result> answers =
        getContext().messageAdapter(GuestRevival.Result.class, RevivalEnded::new);
    getContext().spawnAnonymous(GuestRevival.create(actors, Afterwards.RUNNING, answers));
    return this;
  }

  private Behavior<Command> onRevived(GuestRevival.Result result) {
    ToolstackError error = ((Reviving) state).error();
    if (result instanceof GuestRevival.NotRevived(var why)) {
      getContext().getLog().error("domain {} cannot be resumed: {}", actors.domid(), why);
    }
    return end(new NotSuspended(error));
  }

  private Behavior<Command> end(Result result) {
    replyTo.tell(result);
    return Behaviors.stopped();
  }

  private void moveTo(State next, String why) {
    getContext().getLog().debug("domain {}: {} -> {}: {}", actors.domid(), state, next, why);
    timers.cancelAll();
    state = next;
  }

  private void limit(Duration limit) {
    timers.startSingleTimer(new Overdue(state), limit);
  }

  private void store(StoreOp... ops) {
    actors.store().tell(new Batch(List.of(ops), storeAnswers));
  }
}
