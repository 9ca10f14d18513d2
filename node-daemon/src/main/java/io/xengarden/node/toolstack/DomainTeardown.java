package io.xengarden.node.toolstack;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.abi.XenbusState;
import io.xengarden.hypervisor.HypervisorCommand.DestroyDomain;
import io.xengarden.hypervisor.HypervisorCommand.DomctlRefused;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.PauseDomain;
import io.xengarden.node.console.ConsoleDaemonCommand.CloseConsole;
import io.xengarden.node.console.DomainConsoleCommand.ConsoleClosed;
import io.xengarden.node.toolstack.DomainTeardownCommand.BackendMoved;
import io.xengarden.node.toolstack.DomainTeardownCommand.ConsoleAnswered;
import io.xengarden.node.toolstack.DomainTeardownCommand.DomctlAnswered;
import io.xengarden.node.toolstack.DomainTeardownCommand.Overdue;
import io.xengarden.node.toolstack.DomainTeardownCommand.StoreAnswered;
import io.xengarden.node.toolstack.ToolstackCommand.StragglerGone;
import io.xengarden.node.toolstack.ToolstackCommand.TeardownEnded;
import io.xengarden.proto.v1.ToolstackError;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.BatchResult.BatchFailed;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.WatchFired;
import io.xengarden.xenstore.XenStoreCommand.Batch;
import io.xengarden.xenstore.XenStoreCommand.Release;
import io.xengarden.xenstore.XenStoreCommand.Watch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes a domain down, whole or half built, in libxl's order: it stops, its devices finish what
 * they have begun, its nodes go, xenstored and the console let go of its pages, Xen frees it. Each
 * step goes on also when there is nothing to do.
 */
final class DomainTeardown extends AbstractOnMessageBehavior<DomainTeardownCommand> {
  /** How long its vCPUs may take to stop: longer only if what runs them is dead. */
  static final Duration PAUSE_LIMIT = Duration.ofSeconds(5);

  /** How long a backend may take to finish and close; libxl's LIBXL_DESTROY_TIMEOUT. */
  static final Duration BACKEND_LIMIT = Duration.ofSeconds(10);

  /** How long Xen may take to free a domain that nobody should hold any more. */
  static final Duration DEATH_LIMIT = Duration.ofSeconds(30);

  /** The steps, in their order. */
  enum Step {
    PAUSING,
    LOOKING_AT_BACKENDS,
    CLOSING_BACKENDS,
    AWAITING_CLOSED,
    REMOVING_NODES,
    CLOSING_CONSOLE,
    DESTROYING
  }

  private final TimerScheduler<DomainTeardownCommand> timers;
  private final Services.Actors actors;
  private final Remains remains;
  private final ActorRef<ToolstackCommand> toolstack;
  private final ActorRef<DomctlReply> domctlAnswers;
  private final ActorRef<BatchResult> storeAnswers;
  private final Backends backends;
  private Step step = Step.PAUSING;
  private boolean reported;

  static Behavior<DomainTeardownCommand> create(
      Services.Actors actors, Remains remains, ActorRef<ToolstackCommand> toolstack) {
    return Behaviors.withTimers(
        timers ->
            Behaviors.setup(
                context -> new DomainTeardown(context, timers, actors, remains, toolstack)));
  }

  private DomainTeardown(
      ActorContext<DomainTeardownCommand> context,
      TimerScheduler<DomainTeardownCommand> timers,
      Services.Actors actors,
      Remains remains,
      ActorRef<ToolstackCommand> toolstack) {
    super(context);
    this.timers = timers;
    this.actors = actors;
    this.remains = remains;
    this.toolstack = toolstack;
    this.backends = new Backends(remains.domid(), remains.disks(), remains.vifs());
    this.domctlAnswers = context.messageAdapter(DomctlReply.class, DomctlAnswered::new);
    this.storeAnswers = context.messageAdapter(BatchResult.class, StoreAnswered::new);
    timers.startSingleTimer(Step.PAUSING, new Overdue(Step.PAUSING), PAUSE_LIMIT);
    actors.hypervisor().tell(new PauseDomain(remains.domid(), domctlAnswers));
  }

  @Override
  public Behavior<DomainTeardownCommand> onMessage(DomainTeardownCommand message) {
    return switch (message) {
      case DomctlAnswered(var reply) -> onDomctl(reply);
      case StoreAnswered(BatchDone done) -> onStoreDone(done);
      case StoreAnswered(BatchFailed failed) -> onStoreFailed(failed);
      case BackendMoved _ -> step == Step.AWAITING_CLOSED ? write(backends.question()) : this;
      case ConsoleAnswered _ -> destroy();
      case Overdue(var late) -> step == late ? onOverdue() : this;
    };
  }

  @Override
  public Behavior<DomainTeardownCommand> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Behavior<DomainTeardownCommand> onDomctl(DomctlReply reply) {
    return switch (step) {
      case PAUSING -> lookAtBackends();
      case DESTROYING -> onDestroyed(reply);
      default -> this; // paused at last, after the wait for it was given up
    };
  }

  private Behavior<DomainTeardownCommand> lookAtBackends() {
    moveTo(Step.LOOKING_AT_BACKENDS);
    return write(backends.question());
  }

  private Behavior<DomainTeardownCommand> onStoreDone(BatchDone done) {
    return switch (step) {
      case LOOKING_AT_BACKENDS -> closeBackends(backends.states(done));
      case CLOSING_BACKENDS -> awaitClosed();
      case AWAITING_CLOSED -> onBackendStates(backends.states(done));
      case REMOVING_NODES -> closeConsole();
      default -> this;
    };
  }

  private Behavior<DomainTeardownCommand> onStoreFailed(BatchFailed failed) {
    getContext().getLog().error("domain {}: {}", remains.domid(), failed);
    return step == Step.REMOVING_NODES ? closeConsole() : removeNodes();
  }

  /** As libxl does: the frontends go, then each backend is told that it is not wanted any more. */
  private Behavior<DomainTeardownCommand> closeBackends(List<XenbusState> states) {
    List<StoreOp> ops = new ArrayList<>();
    for (int i = 0; i < states.size(); i++) {
      if (!isClosed(states.get(i))) {
        String backend = backends.paths().get(i);
        ops.add(new StoreOp.Remove(backends.frontendPaths().get(i)));
        ops.add(new StoreOp.Write(backend + "/online", 0));
        ops.add(new StoreOp.Write(backend + "/state", XenbusState.CLOSING.number()));
      }
    }
    if (ops.isEmpty()) {
      return removeNodes();
    }
    moveTo(Step.CLOSING_BACKENDS);
    return write(ops);
  }

  private Behavior<DomainTeardownCommand> awaitClosed() {
    moveTo(Step.AWAITING_CLOSED);
    timers.startSingleTimer(step, new Overdue(step), BACKEND_LIMIT);
    ActorRef<WatchFired> fired = getContext().messageAdapter(WatchFired.class, BackendMoved::new);
    for (String path : backends.statePaths()) {
      actors.store().tell(new Watch(path, "teardown", fired));
    }
    return this;
  }

  private Behavior<DomainTeardownCommand> onBackendStates(List<XenbusState> states) {
    return states.stream().allMatch(DomainTeardown::isClosed) ? removeNodes() : this;
  }

  /** Closed, or gone with its nodes. */
  private static boolean isClosed(XenbusState state) {
    return state == XenbusState.CLOSED || state == XenbusState.UNKNOWN;
  }

  private Behavior<DomainTeardownCommand> onOverdue() {
    getContext().getLog().warn("domain {}: {} takes too long", remains.domid(), step);
    return switch (step) {
      case PAUSING -> lookAtBackends();
      case AWAITING_CLOSED -> removeNodes();
      default -> reportStraggler();
    };
  }

  /**
   * The release comes first, so that the answer says that the ring page is no longer looked at. It
   * is the only one, and only for a domain that was introduced: it walks the whole store.
   */
  private Behavior<DomainTeardownCommand> removeNodes() {
    moveTo(Step.REMOVING_NODES);
    if (remains.storeLink().isPresent()) {
      actors.store().tell(new Release(remains.domid()));
    }
    return write(DomainNodes.removal(remains.domid(), remains.uuid()));
  }

  private Behavior<DomainTeardownCommand> closeConsole() {
    moveTo(Step.CLOSING_CONSOLE);
    remains.storeLink().ifPresent(link -> link.letGo(actors.hypervisor()));
    ActorRef<ConsoleClosed> answers =
        getContext().messageAdapter(ConsoleClosed.class, ConsoleAnswered::new);
    actors.consoles().tell(new CloseConsole(remains.domid(), answers));
    return this;
  }

  private Behavior<DomainTeardownCommand> destroy() {
    moveTo(Step.DESTROYING);
    timers.startSingleTimer(step, new Overdue(step), DEATH_LIMIT);
    actors.hypervisor().tell(new DestroyDomain(remains.domid(), domctlAnswers));
    return this;
  }

  private Behavior<DomainTeardownCommand> onDestroyed(DomctlReply reply) {
    if (reply instanceof DomctlRefused(_, var why)) {
      getContext().getLog().error("domain {} cannot be destroyed: {}", remains.domid(), why);
    }
    if (reported) {
      toolstack.tell(new StragglerGone(remains.instance()));
    } else {
      report(Optional.empty());
    }
    return Behaviors.stopped();
  }

  private Behavior<DomainTeardownCommand> reportStraggler() {
    report(
        Optional.of(
            ToolstackErrors.failed("domain " + remains.domid() + " is dying but still in use")));
    return this;
  }

  private void report(Optional<ToolstackError> error) {
    reported = true;
    toolstack.tell(new TeardownEnded(remains.instance(), error));
  }

  private Behavior<DomainTeardownCommand> write(List<StoreOp> ops) {
    actors.store().tell(new Batch(ops, storeAnswers));
    return this;
  }

  private void moveTo(Step next) {
    getContext().getLog().debug("domain {}: {} -> {}", remains.domid(), step, next);
    step = next;
  }
}
