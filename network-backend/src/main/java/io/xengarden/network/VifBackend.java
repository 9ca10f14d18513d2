package io.xengarden.network;

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
import io.xengarden.network.BridgesCommand.AttachReply;
import io.xengarden.network.VifBackendCommand.Close;
import io.xengarden.network.VifBackendCommand.Continue;
import io.xengarden.network.VifBackendCommand.Quiesce;
import io.xengarden.network.VifBackendCommand.ReadCounters;
import io.xengarden.network.VifBackendCommand.VifClosed;
import io.xengarden.network.VifBackendCommand.VifStatus;
import io.xengarden.network.VifConnector.CannotConnect;
import io.xengarden.network.VifEvent.AttachAnswered;
import io.xengarden.network.VifEvent.BindAnswered;
import io.xengarden.network.VifEvent.GrantsAnswered;
import io.xengarden.network.VifEvent.NodesChanged;
import io.xengarden.network.VifEvent.NodesRead;
import io.xengarden.network.VifEvent.Rang;
import io.xengarden.network.VifHandshake.Move;
import io.xengarden.network.VifNodes.Device;
import io.xengarden.network.VifNodes.Snapshot;
import io.xengarden.network.VifState.Binding;
import io.xengarden.network.VifState.Checking;
import io.xengarden.network.VifState.Closed;
import io.xengarden.network.VifState.Connected;
import io.xengarden.network.VifState.Connecting;
import io.xengarden.network.VifState.Failed;
import io.xengarden.network.VifState.InitWait;
import io.xengarden.network.VifState.Mapping;
import io.xengarden.network.VifState.Quiesced;
import io.xengarden.network.VifState.Serving;
import io.xengarden.network.netback.Netback;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.BatchResult.BatchFailed;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.WatchFired;
import java.time.Duration;
import java.util.List;

/**
 * The backend of one virtual network interface. It follows the frontend's and the toolstack's moves
 * in xenstore, and carries frames between its rings and its bridge while both are connected. Source
 * of the handshake: xen/include/public/io/netif.h.
 *
 * <p>It ends when the toolstack has removed its node, or on {@link VifBackendCommand.Close}. A
 * toolstack that must not wait for the guest removes the frontend's nodes, or says Close. What
 * cannot be served (no bridge, a ring or grant that cannot be) ends in state Closed with {@code
 * hotplug-status} error and one line in {@code hotplug-error}.
 */
public final class VifBackend extends AbstractOnMessageBehavior<VifBackendCommand> {
  private final VifSetup setup;
  private final VifStore store;
  private final VifConnector connector;
  private final VifCommands commands;
  private final TimerScheduler<VifBackendCommand> timers;

  private VifState state = new Checking();

  public static Behavior<VifBackendCommand> create(VifSetup setup) {
    return VifStarting.create(setup);
  }

  /**
   * @param commands what came before the device was known
   */
  static Behavior<VifBackendCommand> serve(VifSetup setup, Device device, VifCommands commands) {
    return Behaviors.withTimers(
        timers ->
            Behaviors.setup(
                context -> new VifBackend(context, timers, setup, new Start(device, commands))));
  }

  private record Start(Device device, VifCommands commands) {}

  private VifBackend(
      ActorContext<VifBackendCommand> context,
      TimerScheduler<VifBackendCommand> timers,
      VifSetup setup,
      Start start) {
    super(context);
    Device device = start.device();
    this.setup = setup;
    this.timers = timers;
    this.commands = start.commands();
    this.connector = new VifConnector(context, setup, device);
    this.store =
        new VifStore(
            setup,
            device,
            new VifStore.Replies(
                context.messageAdapter(BatchResult.class, NodesRead::new),
                context.messageAdapter(WatchFired.class, _ -> NodesChanged.NODES_CHANGED),
                context.getSystem().ignoreRef()));
    store.watch();
    connector.attach();
  }

  /** Commands that had to wait are obeyed before whatever came after them. */
  @Override
  public Behavior<VifBackendCommand> onMessage(VifBackendCommand message) {
    Behavior<VifBackendCommand> next = obey(message);
    while (next == this && !isConnecting()) {
      VifBackendCommand waiting = commands.next();
      if (waiting == null) {
        return this;
      }
      next = obey(waiting);
    }
    return next;
  }

  private boolean isConnecting() {
    return state instanceof Checking || state instanceof Connecting;
  }

  private Behavior<VifBackendCommand> obey(VifBackendCommand message) {
    return switch (message) {
      case Rang _ -> onRang();
      case NodesChanged _ -> look();
      case NodesRead(var result) -> onNodes(result);
      case AttachAnswered(var reply) -> onAttached(reply);
      case GrantsAnswered(var reply) ->
          step(() -> connector.grantsAnswered((Mapping) state, reply), "rings mapped");
      case BindAnswered(var reply) -> onBound(reply);
      case Quiesce quiesce -> onQuiesce(quiesce);
      case Continue resume -> onContinue(resume);
      case Close close -> onClose(close);
      case ReadCounters(var replyTo) -> onReadCounters(replyTo);
    };
  }

  @Override
  public Behavior<VifBackendCommand> onSignal(Signal signal) {
    return switch (signal) {
      case PostStop _ -> {
        VifConnector.letGo(state);
        connector.close();
        yield this;
      }
      case Terminated _ -> Behaviors.unhandled();
      default -> this;
    };
  }

  // ---- xenstore ----

  private Behavior<VifBackendCommand> look() {
    store.look();
    return this;
  }

  private Behavior<VifBackendCommand> onNodes(BatchResult result) {
    if (!store.isFresh()) {
      return this;
    }
    return switch (result) {
      case BatchDone read -> consider(VifNodes.snapshot(read));
      case BatchFailed failed -> throw new IllegalStateException("dom0 may read: " + failed);
    };
  }

  private Behavior<VifBackendCommand> consider(Snapshot now) {
    return switch (VifHandshake.next(state, now)) {
      case Move.Stay _ -> this;
      case Move.Connect(var offer) -> step(() -> connector.begin(offer), "the frontend offers");
      case Move.MoveTo(var next, var why) -> {
        moveTo(next, why);
        yield next instanceof InitWait ? consider(now) : this;
      }
      case Move.Disconnect(var link, var why) -> {
        link.letGo();
        moveTo(new Closed(), why);
        yield look();
      }
      case Move.End _ -> end(List.of(), "the node is removed");
    };
  }

  // ---- connecting ----

  private interface Step {
    VifState next() throws CannotConnect;
  }

  private Behavior<VifBackendCommand> step(Step step, String why) {
    return step(step, why, List.of());
  }

  private Behavior<VifBackendCommand> step(Step step, String why, List<StoreOp> nodes) {
    try {
      moveTo(step.next(), why, nodes);
      return this;
    } catch (CannotConnect failure) {
      VifConnector.letGo(state);
      return fail(failure.getMessage());
    }
  }

  private Behavior<VifBackendCommand> onAttached(AttachReply reply) {
    step(() -> connector.attachAnswered(reply), "there is the bridge", store.nodes().features());
    return look();
  }

  private Behavior<VifBackendCommand> onBound(BindReply reply) {
    step(() -> connector.portAnswered((Binding) state, reply), "port bound");
    if (state instanceof Connected(var link)) {
      link.connect();
    }
    return look();
  }

  /** From a state without a connection. */
  private Behavior<VifBackendCommand> fail(String why) {
    getContext().getLog().warn("vif {} of domain {}: {}", setup.devid(), setup.frontend(), why);
    moveTo(new Failed(why), why, store.nodes().error(why));
    return look();
  }

  // ---- serving ----

  private Behavior<VifBackendCommand> onRang() {
    if (state instanceof Serving serving) {
      try {
        long next = serving.link().turn();
        if (next != Netback.AT_ONCE && next != Netback.WHEN_RUNG) {
          timers.startSingleTimer(Rang.RANG, Duration.ofNanos(next));
        }
      } catch (RingCorrupt corrupt) {
        serving.link().letGo();
        return fail("ring: " + corrupt.getMessage());
      }
    } else if (state instanceof Quiesced(var from)) {
      from.link().bell().rearm(); // to be raised when it continues
    }
    return this;
  }

  // ---- commands ----

  private Behavior<VifBackendCommand> onQuiesce(Quiesce quiesce) {
    switch (state) {
      case Checking _, Connecting _ -> {
        commands.defer(quiesce);
        return this;
      }
      case Serving serving -> moveTo(new Quiesced(serving), "asked to");
      case Quiesced _, InitWait _, Closed _, Failed _ -> {}
    }
    commands.quiesced(List.of(quiesce.replyTo()));
    return this;
  }

  private Behavior<VifBackendCommand> onContinue(Continue resume) {
    switch (state) {
      case Checking _, Connecting _ -> commands.defer(resume);
      case Quiesced(var from) -> {
        moveTo(from, "asked to continue");
        from.link().bell().raise(); // for what came meanwhile
        store.look();
      }
      case Serving _, InitWait _, Closed _, Failed _ -> {}
    }
    return this;
  }

  private Behavior<VifBackendCommand> onClose(Close close) {
    if (isConnecting()) {
      commands.defer(close);
      return this;
    }
    return end(List.of(close.replyTo()), "asked to close");
  }

  private Behavior<VifBackendCommand> end(List<ActorRef<VifClosed>> askers, String why) {
    VifConnector.letGo(state);
    moveTo(new Closed(), why);
    connector.close();
    commands.closed(askers);
    commands.answerAll();
    return Behaviors.stopped();
  }

  private Behavior<VifBackendCommand> onReadCounters(ActorRef<VifStatus> replyTo) {
    replyTo.tell(new VifStatus(setup.frontend(), setup.devid(), connector.counters()));
    return this;
  }

  // ---- states ----

  private void moveTo(VifState next, String why) {
    moveTo(next, why, List.of());
  }

  /** The only place where the state changes, here and in xenstore; {@code nodes} go with it. */
  private void moveTo(VifState next, String why, List<StoreOp> nodes) {
    XenbusState before = state.xenbus();
    if (!next.xenbus().mayFollow(before)) {
      throw new IllegalStateException(state + " to " + next + ": " + why);
    }
    getContext()
        .getLog()
        .debug(
            "vif {} of domain {}: {} -> {}: {}",
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
