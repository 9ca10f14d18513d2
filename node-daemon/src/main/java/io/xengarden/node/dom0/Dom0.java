package io.xengarden.node.dom0;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.Domid;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.abi.XenbusState;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.hypervisor.HypervisorCommand.DomainShutdown;
import io.xengarden.node.ask.OneReply;
import io.xengarden.node.dom0.Dom0Command.BackendsChanged;
import io.xengarden.node.dom0.Dom0Command.ContinueBackends;
import io.xengarden.node.dom0.Dom0Command.NodesWritten;
import io.xengarden.node.dom0.Dom0Command.QuiesceBackends;
import io.xengarden.node.dom0.Dom0Command.VbdRead;
import io.xengarden.node.events.EventLogCommand;
import io.xengarden.node.events.EventLogCommand.Append;
import io.xengarden.node.events.HostEvent;
import io.xengarden.node.events.HostEvent.Subject;
import io.xengarden.storage.VbdBackendCommand;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.BatchResult.BatchDone;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.WatchFired;
import io.xengarden.xenstore.XenStoreCommand;
import io.xengarden.xenstore.XenStoreCommand.Batch;
import io.xengarden.xenstore.XenStoreCommand.Watch;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;

/**
 * Domain 0: writes its own nodes, then keeps a backend actor for each virtual block device that
 * appears among the backends' nodes. A backend ends by itself when its node goes. One that fails
 * takes its guest down with it, since the guest's requests are lost.
 */
public final class Dom0 extends AbstractOnMessageBehavior<Dom0Command> {
  /** What is read of a device: whether it is there, how it stands, and whose it is. */
  private static final int STATE = 0;

  private static final int NAME = 1;
  private static final int VM = 2;
  private static final String VM_PREFIX = "/vm/";

  /**
   * What domain 0 works with.
   *
   * @param vbdBackends makes the actor of one device
   * @param ready called once, on dom0's turn, when devices are served
   */
  public record Environment(
      ActorRef<HypervisorCommand> hypervisor,
      ActorRef<XenStoreCommand> store,
      ActorRef<EventLogCommand> events,
      Function<Vbd, Behavior<VbdBackendCommand>> vbdBackends,
      long memoryKib,
      Runnable ready) {}

  private static final Duration STORE_LIMIT = Duration.ofSeconds(10);

  /** A device that is served, and its state as last seen. */
  private record Served(ActorRef<VbdBackendCommand> backend, XenbusState state) {}

  private final Environment environment;
  private final ActorRef<BatchResult> readings;
  private final Map<Vbd, Served> served = new TreeMap<>();

  /** The devices asked about, in the order of the answers. */
  private final Queue<Vbd> asked = new ArrayDeque<>();

  public static Behavior<Dom0Command> create(Environment environment) {
    return Behaviors.setup(context -> new Dom0(context, environment));
  }

  private Dom0(ActorContext<Dom0Command> context, Environment environment) {
    super(context);
    this.environment = environment;
    this.readings = context.messageAdapter(BatchResult.class, VbdRead::new);
    ActorRef<Dom0Command> self = context.getSelf();
    ActorRef<BatchResult> written =
        context.spawnAnonymous(
            OneReply.<BatchResult>create(
                STORE_LIMIT,
                result -> self.tell(new NodesWritten(result)),
                () -> context.getSystem().log().error("xenstore does not answer")));
    environment.store().tell(new Batch(Dom0Nodes.of(environment.memoryKib()), written));
  }

  @Override
  public Behavior<Dom0Command> onMessage(Dom0Command message) {
    return switch (message) {
      case NodesWritten(BatchDone _) -> watchBackends();
      case NodesWritten(var failed) -> throw new IllegalStateException("Domain-0: " + failed);
      case BackendsChanged(var fired) -> {
        Vbd.changedAt(fired.path()).ifPresent(this::lookAt);
        yield this;
      }
      case VbdRead(BatchDone reading) -> onRead(asked.remove(), reading);
      case VbdRead(var failed) -> throw new IllegalStateException(asked + ": " + failed);
      case QuiesceBackends(var frontend, var replyTo) -> {
        getContext().spawnAnonymous(Quiescence.of(frontend, backendsOf(frontend), replyTo));
        yield this;
      }
      case ContinueBackends(var frontend) -> {
        backendsOf(frontend).forEach(backend -> backend.tell(new VbdBackendCommand.Continue()));
        yield this;
      }
    };
  }

  @Override
  public Behavior<Dom0Command> onSignal(Signal signal) {
    return switch (signal) {
      case ChildFailed failed -> onBackendFailed(failed);
      case Terminated ended -> {
        served.values().removeIf(each -> each.backend().equals(ended.getRef()));
        yield this;
      }
      default -> this;
    };
  }

  private Behavior<Dom0Command> watchBackends() {
    ActorRef<WatchFired> fired =
        getContext().messageAdapter(WatchFired.class, BackendsChanged::new);
    environment.store().tell(new Watch(Dom0Nodes.BACKENDS, "dom0", fired));
    environment.ready().run();
    return this;
  }

  private List<ActorRef<VbdBackendCommand>> backendsOf(Domid frontend) {
    return served.entrySet().stream()
        .filter(each -> each.getKey().frontend().equals(frontend))
        .map(each -> each.getValue().backend())
        .toList();
  }

  private void lookAt(Vbd vbd) {
    asked.add(vbd);
    String domain = "/local/domain/" + vbd.frontend();
    List<StoreOp> question =
        List.of(
            new StoreOp.ReadIfPresent(vbd.backendPath() + "/state"),
            new StoreOp.ReadIfPresent(domain + "/name"),
            new StoreOp.ReadIfPresent(domain + "/vm"));
    environment.store().tell(new Batch(question, readings));
  }

  private Behavior<Dom0Command> onRead(Vbd vbd, BatchDone reading) {
    if (reading.text(STATE).isEmpty()) {
      return this; // gone, as its backend sees for itself
    }
    XenbusState state = XenbusState.parse(reading.text(STATE).get());
    Served known = served.get(vbd);
    if (known == null && state == XenbusState.INITIALISING) {
      ActorRef<VbdBackendCommand> backend =
          getContext().spawnAnonymous(environment.vbdBackends().apply(vbd));
      getContext().watch(backend);
      served.put(vbd, new Served(backend, state));
    } else if (known != null && known.state() != state) {
      served.put(vbd, new Served(known.backend(), state));
      logState(vbd, state, reading);
    }
    return this;
  }

  private void logState(Vbd vbd, XenbusState state, BatchDone reading) {
    if (state == XenbusState.CONNECTED || state == XenbusState.CLOSED) {
      String word = state == XenbusState.CONNECTED ? "connected" : "closed";
      Subject subject =
          new Subject(vbd.frontend(), uuid(reading.text(VM)), reading.text(NAME).orElse("(null)"));
      environment
          .events()
          .tell(new Append(HostEvent.ofDomain("vbd." + word, subject, "vbd " + vbd.devid())));
    }
  }

  private static UUID uuid(Optional<String> vmPath) {
    return vmPath
        .filter(path -> path.startsWith(VM_PREFIX))
        .map(path -> UUID.fromString(path.substring(VM_PREFIX.length())))
        .orElse(new UUID(0, 0));
  }

  /** SCHEDOP_remote_shutdown: the guest has lost a disk, and must not go on as if it had not. */
  private Behavior<Dom0Command> onBackendFailed(ChildFailed failed) {
    served.forEach(
        (vbd, each) -> {
          if (each.backend().equals(failed.getRef())) {
            getContext().getLog().error("the backend of {} has failed", vbd, failed.cause());
            environment.hypervisor().tell(new DomainShutdown(vbd.frontend(), ShutdownReason.CRASH));
          }
        });
    served.values().removeIf(each -> each.backend().equals(failed.getRef()));
    return this;
  }
}
