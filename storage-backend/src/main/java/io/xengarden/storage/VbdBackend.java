package io.xengarden.storage;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.abi.RingCorrupt;
import io.xengarden.abi.XenbusState;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.storage.VbdBackendCommand.Close;
import io.xengarden.storage.VbdBackendCommand.Continue;
import io.xengarden.storage.VbdBackendCommand.Quiesce;
import io.xengarden.storage.VbdBackendCommand.VbdClosed;
import io.xengarden.storage.VbdConnector.CannotConnect;
import io.xengarden.storage.VbdEvent.BindAnswered;
import io.xengarden.storage.VbdEvent.DrainOverdue;
import io.xengarden.storage.VbdEvent.GrantsAnswered;
import io.xengarden.storage.VbdEvent.ImageChecked;
import io.xengarden.storage.VbdEvent.ImageOpened;
import io.xengarden.storage.VbdEvent.NodesChanged;
import io.xengarden.storage.VbdEvent.NodesRead;
import io.xengarden.storage.VbdEvent.OpenFailed;
import io.xengarden.storage.VbdEvent.Rang;
import io.xengarden.storage.VbdHandshake.Move;
import io.xengarden.storage.VbdNodes.Device;
import io.xengarden.storage.VbdNodes.Snapshot;
import io.xengarden.storage.VbdState.Binding;
import io.xengarden.storage.VbdState.Checking;
import io.xengarden.storage.VbdState.Closed;
import io.xengarden.storage.VbdState.Connected;
import io.xengarden.storage.VbdState.Connecting;
import io.xengarden.storage.VbdState.Draining;
import io.xengarden.storage.VbdState.Ending;
import io.xengarden.storage.VbdState.Ending.ToClosed;
import io.xengarden.storage.VbdState.Ending.ToEnd;
import io.xengarden.storage.VbdState.Ending.ToFailed;
import io.xengarden.storage.VbdState.Failed;
import io.xengarden.storage.VbdState.InitWait;
import io.xengarden.storage.VbdState.Linked;
import io.xengarden.storage.VbdState.Mapping;
import io.xengarden.storage.VbdState.Opening;
import io.xengarden.storage.VbdState.Quiesced;
import io.xengarden.storage.VbdState.Quiescing;
import io.xengarden.storage.VbdState.Serving;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.BatchResult.BatchFailed;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.WatchFired;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * The backend of one virtual block device. It follows the frontend's and the toolstack's moves in
 * xenstore and serves the ring while both are connected. Source of the handshake:
 * xen/include/public/io/blkif.h.
 *
 * <p>It ends when the toolstack has removed its node, or on {@link VbdBackendCommand.Close}. A
 * toolstack that must not wait for the guest removes the frontend's nodes, or says Close: then what
 * is under way is finished and nothing else is waited for. What cannot be served (no image, a ring
 * or grant that cannot be) ends in state Closed with {@code hotplug-status} error and one line in
 * {@code hotplug-error}.
 */
public final class VbdBackend extends AbstractOnMessageBehavior<VbdBackendCommand> {
  /**
   * How long the end of a connection waits for operations of the image. The toolstack waits 10 s
   * for all of the end. Later operations are not answered any more; their pages stay mapped.
   */
  public static final Duration DRAIN_LIMIT = Duration.ofSeconds(8);

  private final VbdSetup setup;
  private final Device device;
  private final VbdStore store;
  private final VbdConnector connector;
  private final VbdCommands commands;
  private final TimerScheduler<VbdBackendCommand> timers;

  private VbdState state = new Checking();

  public static Behavior<VbdBackendCommand> create(VbdSetup setup) {
    return VbdStarting.create(setup);
  }

  /**
   * @param commands what came before the device was known
   */
  static Behavior<VbdBackendCommand> serve(VbdSetup setup, Device device, VbdCommands commands) {
    return Behaviors.withTimers(
        timers ->
            Behaviors.setup(
                context -> new VbdBackend(context, timers, setup, new Start(device, commands))));
  }

  private record Start(Device device, VbdCommands commands) {}

  private VbdBackend(
      ActorContext<VbdBackendCommand> context,
      TimerScheduler<VbdBackendCommand> timers,
      VbdSetup setup,
      Start start) {
    super(context);
    this.setup = setup;
    this.device = start.device();
    this.timers = timers;
    this.commands = start.commands();
    this.connector = new VbdConnector(context, setup, device);
    this.store =
        new VbdStore(
            setup,
            device,
            new VbdStore.Replies(
                context.messageAdapter(BatchResult.class, NodesRead::new),
                context.messageAdapter(WatchFired.class, _ -> NodesChanged.NODES_CHANGED),
                context.getSystem().ignoreRef()));
    store.watch();
    connector.check();
  }

  /** Commands that had to wait are obeyed before whatever came after them. */
  @Override
  public Behavior<VbdBackendCommand> onMessage(VbdBackendCommand message) {
    Behavior<VbdBackendCommand> next = obey(message);
    while (next == this && !isUnderWay()) {
      VbdBackendCommand waiting = commands.next();
      if (waiting == null) {
        return this;
      }
      next = obey(waiting);
    }
    return next;
  }

  /** Between two states in which commands can be obeyed. */
  private boolean isUnderWay() {
    return state instanceof Checking || state instanceof Connecting || state instanceof Draining;
  }

  private Behavior<VbdBackendCommand> obey(VbdBackendCommand message) {
    return switch (message) {
      case Rang _ -> onRang();
      case NodesChanged _ -> look();
      case NodesRead(var result) -> onNodes(result);
      case ImageChecked(var failure) -> onChecked(failure);
      case ImageOpened(var image) -> step(() -> connector.opened((Opening) state, image), "opened");
      case OpenFailed(var failure) -> fail(failure.getMessage());
      case GrantsAnswered(var reply) ->
          step(() -> connector.grantsAnswered((Mapping) state, reply), "ring mapped");
      case BindAnswered(var reply) -> onBound(reply);
      case DrainOverdue _ -> onDrainOverdue();
      case Quiesce quiesce -> onQuiesce(quiesce);
      case Continue resume -> onContinue(resume);
      case Close close -> onClose(close);
    };
  }

  @Override
  public Behavior<VbdBackendCommand> onSignal(Signal signal) {
    return switch (signal) {
      case PostStop _ -> {
        VbdConnector.letGo(state);
        yield this;
      }
      case Terminated _ -> Behaviors.unhandled();
      default -> this;
    };
  }

  // ---- xenstore ----

  private Behavior<VbdBackendCommand> look() {
    store.look();
    return this;
  }

  private Behavior<VbdBackendCommand> onNodes(BatchResult result) {
    if (!store.isFresh()) {
      return this;
    }
    return switch (result) {
      case BatchDone read -> consider(VbdNodes.snapshot(read));
      case BatchFailed failed -> throw new IllegalStateException("dom0 may read: " + failed);
    };
  }

  private Behavior<VbdBackendCommand> consider(Snapshot now) {
    return switch (VbdHandshake.next(state, now)) {
      case Move.Stay _ -> this;
      case Move.Connect(var offer) -> step(() -> connector.begin(offer), "the frontend offers");
      case Move.MoveTo(var next, var why) -> {
        moveTo(next, why);
        yield next instanceof InitWait ? consider(now) : this;
      }
      case Move.SayClosed _ -> {
        store.write(state.xenbus(), List.of());
        yield this;
      }
      case Move.Drain(var link, var why) -> drain(link, new ToClosed(), why);
      case Move.End _ ->
          state instanceof Linked linked
              ? drain(linked.link(), new ToEnd(List.of()), "the node is removed")
              : end(List.of());
    };
  }

  // ---- connecting ----

  private Behavior<VbdBackendCommand> onChecked(IOException failure) {
    if (failure != null) {
      return fail(failure.getMessage());
    }
    moveTo(new InitWait(), "the image can be opened", store.nodes().features());
    return look();
  }

  private interface Step {
    VbdState next() throws CannotConnect;
  }

  private Behavior<VbdBackendCommand> step(Step step, String why) {
    try {
      moveTo(step.next(), why);
      return this;
    } catch (CannotConnect failure) {
      return fail(failure.getMessage());
    }
  }

  private Behavior<VbdBackendCommand> onBound(BindReply reply) {
    try {
      Connected connected = connector.portAnswered((Binding) state, reply);
      long sectors = connected.link().blkback().sectors();
      moveTo(connected, "port bound", store.nodes().properties(device, sectors));
      connected.link().bell().raise(); // for requests from before the port was bound
      return look();
    } catch (CannotConnect failure) {
      return fail(failure.getMessage());
    }
  }

  /** From a state without a connection. */
  private Behavior<VbdBackendCommand> fail(String why) {
    VbdConnector.letGo(state);
    return failed(why);
  }

  private Behavior<VbdBackendCommand> failed(String why) {
    getContext().getLog().warn("vbd {} of domain {}: {}", setup.devid(), setup.frontend(), why);
    moveTo(new Failed(why), why, store.nodes().error(why));
    return look();
  }

  // ---- serving ----

  private Behavior<VbdBackendCommand> onRang() {
    switch (state) {
      case Serving serving -> {
        try {
          serving.link().turn();
        } catch (RingCorrupt corrupt) {
          return drain(serving.link(), new ToFailed("ring: " + corrupt.getMessage()), "bad ring");
        }
      }
      case Linked linked -> linked.link().answer();
      default -> {}
    }
    return settle();
  }

  /** Whoever waits for the last answer. */
  private Behavior<VbdBackendCommand> settle() {
    return switch (state) {
      case Quiescing(var from, var waiting) when from.link().isIdle() -> {
        moveTo(new Quiesced(from), "nothing is under way");
        commands.quiesced(waiting);
        yield this;
      }
      case Draining(var link, var ending) when link.isIdle() -> drained(link, ending);
      default -> this;
    };
  }

  // ---- closing ----

  private Behavior<VbdBackendCommand> drain(VbdLink link, Ending ending, String why) {
    if (state instanceof Quiescing quiescing) {
      quiescing.waiting().forEach(replyTo -> commands.defer(new Quiesce(replyTo)));
    }
    moveTo(new Draining(link, ending), why);
    timers.startSingleTimer(DrainOverdue.DRAIN_OVERDUE, DRAIN_LIMIT);
    link.answer();
    return settle();
  }

  private Behavior<VbdBackendCommand> onDrainOverdue() {
    if (state instanceof Draining(var link, var ending)) {
      getContext()
          .getLog()
          .warn(
              "vbd {} of domain {}: {} requests are not over after {}",
              setup.devid(),
              setup.frontend(),
              link.blkback().inFlight(),
              DRAIN_LIMIT);
      return drained(link, ending);
    }
    return this;
  }

  private Behavior<VbdBackendCommand> drained(VbdLink link, Ending ending) {
    timers.cancel(DrainOverdue.DRAIN_OVERDUE);
    link.letGo();
    return switch (ending) {
      case ToFailed(var why) -> failed(why);
      case ToClosed _ -> {
        moveTo(new Closed(), "nothing is held any more");
        yield look();
      }
      case ToEnd(var waiting) -> {
        moveTo(new Closed(), "nothing is held any more");
        yield end(waiting);
      }
    };
  }

  private Behavior<VbdBackendCommand> end(List<ActorRef<VbdClosed>> waiting) {
    commands.answerAll();
    commands.closed(waiting);
    return Behaviors.stopped();
  }

  // ---- commands ----

  private Behavior<VbdBackendCommand> onQuiesce(Quiesce quiesce) {
    switch (state) {
      case Checking _, Connecting _, Draining _ -> commands.defer(quiesce);
      case Serving serving -> {
        moveTo(new Quiescing(serving, List.of(quiesce.replyTo())), "asked to");
        serving.link().answer();
      }
      case Quiescing quiescing -> moveTo(quiescing.and(quiesce.replyTo()), "asked again");
      case Quiesced _, InitWait _, Closed _, Failed _ ->
          commands.quiesced(List.of(quiesce.replyTo()));
    }
    return settle();
  }

  private Behavior<VbdBackendCommand> onContinue(Continue resume) {
    switch (state) {
      case Checking _, Connecting _, Draining _ -> commands.defer(resume);
      case Quiescing(var from, _) -> serveAgain(from);
      case Quiesced(var from) -> serveAgain(from);
      case Serving _, InitWait _, Closed _, Failed _ -> {}
    }
    return this;
  }

  private void serveAgain(Serving from) {
    moveTo(from, "asked to continue");
    from.link().bell().raise(); // for what came meanwhile
    store.look();
  }

  private Behavior<VbdBackendCommand> onClose(Close close) {
    return switch (state) {
      case Checking _, Connecting _ -> {
        commands.defer(close);
        yield this;
      }
      case Draining(var link, ToEnd ending) -> {
        moveTo(new Draining(link, ending.and(close.replyTo())), "asked again");
        yield this;
      }
      case Draining(var link, _) -> {
        moveTo(new Draining(link, new ToEnd(List.of(close.replyTo()))), "asked to end");
        yield this;
      }
      case Linked linked ->
          drain(linked.link(), new ToEnd(List.of(close.replyTo())), "asked to close");
      case InitWait _, Closed _, Failed _ -> {
        moveTo(new Closed(), "asked to close");
        yield end(List.of(close.replyTo()));
      }
    };
  }

  // ---- states ----

  private void moveTo(VbdState next, String why) {
    moveTo(next, why, List.of());
  }

  /** The only place where the state changes, here and in xenstore; {@code nodes} go with it. */
  private void moveTo(VbdState next, String why, List<StoreOp> nodes) {
    XenbusState before = state.xenbus();
    if (!next.xenbus().mayFollow(before)) {
      throw new IllegalStateException(state + " to " + next + ": " + why);
    }
    getContext()
        .getLog()
        .debug(
            "vbd {} of domain {}: {} -> {}: {}",
            setup.devid(),
            setup.frontend(),
            state.getClass().getSimpleName(),
            next.getClass().getSimpleName(),
            why);
    state = next;
    if (next.xenbus() != before || !nodes.isEmpty()) {
      store.write(next.xenbus(), nodes);
    }
  }
}
