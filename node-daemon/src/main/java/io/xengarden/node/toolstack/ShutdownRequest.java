package io.xengarden.node.toolstack;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.abi.Domid;
import io.xengarden.node.toolstack.ShutdownNotice.Progress;
import io.xengarden.node.toolstack.ShutdownNotice.ShutdownDone;
import io.xengarden.node.toolstack.ShutdownNotice.ShutdownFailed;
import io.xengarden.node.toolstack.ShutdownRequestCommand.AckOverdue;
import io.xengarden.node.toolstack.ShutdownRequestCommand.AskerGone;
import io.xengarden.node.toolstack.ShutdownRequestCommand.ControlTouched;
import io.xengarden.node.toolstack.ShutdownRequestCommand.HasGone;
import io.xengarden.node.toolstack.ShutdownRequestCommand.HasShutDown;
import io.xengarden.node.toolstack.ShutdownRequestCommand.StoreAnswered;
import io.xengarden.proto.v1.ShutdownDomainRequest.Kind;
import io.xengarden.proto.v1.ShutdownDomainRequest.Wait;
import io.xengarden.proto.v1.ShutdownProgress;
import io.xengarden.proto.v1.ShutdownProgress.Stage;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.WatchFired;
import io.xengarden.xenstore.XenStoreCommand.Batch;
import io.xengarden.xenstore.XenStoreCommand.Watch;
import java.time.Duration;
import java.util.List;

/**
 * Asks a guest, through {@code control/shutdown}, to shut down, and follows it to the point that
 * the asker waits for. Anything but the request in that node is the guest's acknowledgement. The
 * end of the asker ends the following, not the shutdown.
 */
final class ShutdownRequest extends AbstractOnMessageBehavior<ShutdownRequestCommand> {
  /** How long a guest may take to acknowledge. */
  static final Duration ACK_LIMIT = Duration.ofSeconds(60);

  private enum State {
    WRITING,
    REQUESTED,
    ACKNOWLEDGED
  }

  /** What is asked, of whom, and until when it is followed. */
  record Order(Domid domid, String name, Kind kind, Wait until, ActorRef<ShutdownNotice> asker) {}

  private final TimerScheduler<ShutdownRequestCommand> timers;
  private final Services.Actors actors;
  private final Order order;
  private final String control;
  private final ActorRef<BatchResult> storeAnswers;
  private State state = State.WRITING;
  private boolean shutDown;

  static Behavior<ShutdownRequestCommand> create(Services.Actors actors, Order order) {
    return Behaviors.withTimers(
        timers -> Behaviors.setup(context -> new ShutdownRequest(context, timers, actors, order)));
  }

  private ShutdownRequest(
      ActorContext<ShutdownRequestCommand> context,
      TimerScheduler<ShutdownRequestCommand> timers,
      Services.Actors actors,
      Order order) {
    super(context);
    this.timers = timers;
    this.actors = actors;
    this.order = order;
    this.control = StorePaths.domain(order.domid()) + "/control/shutdown";
    this.storeAnswers = context.messageAdapter(BatchResult.class, StoreAnswered::new);
    context.watchWith(order.asker(), new AskerGone());
    timers.startSingleTimer(new AckOverdue(), ACK_LIMIT);
    write(word(order.kind()));
  }

  @Override
  public Behavior<ShutdownRequestCommand> onMessage(ShutdownRequestCommand message) {
    return switch (message) {
      case StoreAnswered(BatchDone done) -> onStoreDone(done);
      case StoreAnswered(var _) -> fail("domain " + order.domid() + " has no control/shutdown");
      case ControlTouched _ -> {
        ask(new StoreOp.ReadIfPresent(control));
        yield this;
      }
      case HasShutDown() -> onShutDown();
      case HasGone() -> onGone();
      case AckOverdue() -> onAckOverdue();
      case AskerGone() -> Behaviors.stopped();
    };
  }

  @Override
  public Behavior<ShutdownRequestCommand> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Behavior<ShutdownRequestCommand> onStoreDone(BatchDone done) {
    return switch (state) {
      case WRITING -> {
        state = State.REQUESTED;
        tell(Stage.STAGE_REQUESTED);
        ActorRef<WatchFired> fired =
            getContext().messageAdapter(WatchFired.class, ControlTouched::new);
        actors.store().tell(new Watch(control, "shutdown", fired));
        yield this;
      }
      case REQUESTED ->
          done.text(0).filter(word(order.kind())::equals).isPresent() ? this : acknowledged();
      case ACKNOWLEDGED -> this;
    };
  }

  private Behavior<ShutdownRequestCommand> acknowledged() {
    if (state != State.ACKNOWLEDGED) {
      state = State.ACKNOWLEDGED;
      timers.cancelAll();
      tell(Stage.STAGE_ACKNOWLEDGED);
    }
    return order.until() == Wait.WAIT_SHUTDOWN || order.until() == Wait.WAIT_DESTROYED
        ? this
        : done();
  }

  /** A guest that is down has heard, whether it said so or not. */
  private Behavior<ShutdownRequestCommand> onShutDown() {
    if (acknowledged() != this) {
      return Behaviors.stopped();
    }
    if (!shutDown) {
      shutDown = true;
      tell(Stage.STAGE_SHUT_DOWN);
    }
    return order.until() == Wait.WAIT_SHUTDOWN ? done() : this;
  }

  private Behavior<ShutdownRequestCommand> onGone() {
    if (onShutDown() != this) {
      return Behaviors.stopped();
    }
    tell(Stage.STAGE_DESTROYED);
    return done();
  }

  /** The request is taken back: a guest that wakes up tomorrow should not shut down then. */
  private Behavior<ShutdownRequestCommand> onAckOverdue() {
    if (state == State.ACKNOWLEDGED) {
      return this;
    }
    write("");
    order.asker().tell(new ShutdownFailed(ToolstackErrors.notAcknowledged(ACK_LIMIT.toSeconds())));
    return Behaviors.stopped();
  }

  private Behavior<ShutdownRequestCommand> done() {
    order.asker().tell(new ShutdownDone());
    return Behaviors.stopped();
  }

  private Behavior<ShutdownRequestCommand> fail(String why) {
    order.asker().tell(new ShutdownFailed(ToolstackErrors.failed(why)));
    return Behaviors.stopped();
  }

  private void tell(Stage stage) {
    order
        .asker()
        .tell(
            new Progress(
                ShutdownProgress.newBuilder()
                    .setDomid(order.domid().value())
                    .setName(order.name())
                    .setStage(stage)
                    .build()));
  }

  /** Only if the node is there: a domain that is gone must not come back as a node. */
  private void write(String text) {
    ask(new StoreOp.Read(control), new StoreOp.Write(control, text));
  }

  private void ask(StoreOp... ops) {
    actors.store().tell(new Batch(List.of(ops), storeAnswers));
  }

  private static String word(Kind kind) {
    return switch (kind) {
      case KIND_REBOOT -> "reboot";
      case KIND_HALT -> "halt";
      case KIND_POWEROFF, KIND_UNSPECIFIED, UNRECOGNIZED -> "poweroff";
    };
  }
}
