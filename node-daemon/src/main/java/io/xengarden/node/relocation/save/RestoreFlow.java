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
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.node.relocation.Client;
import io.xengarden.node.relocation.CrashPoint;
import io.xengarden.node.relocation.Passage;
import io.xengarden.node.relocation.RelocationSetup;
import io.xengarden.node.relocation.RelocationUpdate;
import io.xengarden.node.relocation.guest.DomainImage;
import io.xengarden.node.toolstack.Outcome;
import io.xengarden.node.toolstack.RelocationNotice;
import io.xengarden.node.toolstack.RelocationRequest.Adopt;
import io.xengarden.node.toolstack.RelocationRequest.Arrive;
import io.xengarden.node.toolstack.RelocationRequest.Claims;
import io.xengarden.node.toolstack.RelocationRequest.Expect;
import io.xengarden.node.toolstack.RelocationRequest.Release;
import io.xengarden.node.toolstack.RelocationRequest.Remaining;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import io.xengarden.node.toolstack.ToolstackErrors;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.RelocationSummary;
import io.xengarden.proto.v1.ToolstackError;
import java.util.Optional;

/**
 * Restores one domain: reads the file's head, has the toolstack claim the uuid and make place,
 * fills the memory, and lets the domain run. Whatever is wrong with the file, nothing is left
 * behind.
 */
public final class RestoreFlow extends AbstractOnMessageBehavior<RestoreFlow.Command> {
  /**
   * @param file absolute path on the host
   * @param config instead of what the file says
   */
  public record Order(String file, InitialState state, Optional<DomainConfig> config) {}

  public sealed interface Command {}

  private record Reported(RestoreReader.Report report) implements Command {}

  private record Noticed(RelocationNotice notice) implements Command {}

  private record ReaderEnded() implements Command {}

  private record Passed() implements Command {}

  private sealed interface State {}

  private record ReadingHead() implements State {}

  /** The toolstack checks, claims and makes place. */
  private record Expecting(RestoreReader.Head head) implements State {}

  private record Filling(long instance) implements State {}

  private record Building(long instance) implements State {}

  private record Adopting(long instance) implements State {}

  /** The reader must let go of the memory before it is taken away. */
  private record StoppingReader(long instance, ToolstackError error) implements State {}

  private record Dropping(ToolstackError error) implements State {}

  private final RelocationSetup setup;
  private final Order order;
  private final Client client;

  private final Passage<Command> passage;
  private final RelocationSummary.Builder summary = RelocationSummary.newBuilder();
  private final ActorRef<RestoreReader.Command> reader;
  private final long begun;
  private State state = new ReadingHead();

  public static Behavior<Command> create(
      RelocationSetup setup, Order order, ActorRef<RelocationUpdate> replyTo) {
    return Behaviors.withStash(
        Passage.MAX_WAITING,
        stash ->
            Behaviors.setup(
                context -> new RestoreFlow(context, stash, setup, order, new Client(replyTo))));
  }

  private RestoreFlow(
      ActorContext<Command> context,
      StashBuffer<Command> stash,
      RelocationSetup setup,
      Order order,
      Client client) {
    super(context);
    this.setup = setup;
    this.order = order;
    this.client = client;

    this.passage = new Passage<>(context, stash, setup.outside().crashPoints(), new Passed());
    this.begun = setup.outside().clock().nanos();
    ActorRef<RestoreReader.Report> reports =
        context.messageAdapter(RestoreReader.Report.class, Reported::new);
    this.reader =
        context.spawn(
            RestoreReader.create(setup.outside().ports().files(), order.file(), reports),
            "reader",
            DispatcherSelector.fromConfig(RelocationSetup.IO_DISPATCHER));
    context.watchWith(reader, new ReaderEnded());
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case Reported(RestoreReader.Head head) -> expect(head);
      case Reported(RestoreReader.Filled filled) -> onFilled(filled);
      case Reported(RestoreReader.Refused(var why)) -> onRefused(ToolstackErrors.badRequest(why));

      case Noticed(var notice) -> onNotice(notice);

      case ReaderEnded() -> onReaderEnded();
      case Passed() -> this;
    };
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Behavior<Command> expect(RestoreReader.Head head) {
    moveTo(new Expecting(head), "the head is read");
    client.note(
        "Loading new save file "
            + order.file()
            + " (new xl fmt info 0x3/0x0/"
            + (ConfigJson.write(head.config()).length() + 1)
            + ")");
    DomainConfig config = order.config().orElse(head.config());
    ActorRef<RelocationNotice> notices =
        getContext().messageAdapter(RelocationNotice.class, Noticed::new);
    setup.ask(new Expect(config, config.getName(), Claims.FIRST, notices));
    return this;
  }

  private Behavior<Command> onNotice(RelocationNotice notice) {
    return switch (notice) {
      case RelocationNotice.PlaceMade(var instance, _, _, var xen) ->
          fill(((Expecting) state).head(), instance, xen);
      case RelocationNotice.IsBuilt _ ->
          passage.at(CrashPoint.RESTORE_BUILT, order.file(), this::adopt);
      case RelocationNotice.NotBuilt(var error) ->
          fail(state instanceof Dropping(var why) ? why : error);
      case RelocationNotice.IsAdopted(var info) -> finish(info);
      case RelocationNotice.NotAdopted(var error) -> release(((Adopting) state).instance(), error);
      case RelocationNotice.IsGone() -> fail(((Dropping) state).error());
      case RelocationNotice.IsDying(var error) -> fail(error);
      case RelocationNotice.HostStops() -> onHostStops();
      case RelocationNotice.AbortAsked(_, var replyTo) -> {
        replyTo.tell(
            new Outcome.Refused<>(ToolstackErrors.wrongState("a restore cannot be aborted")));
        yield this;
      }
      default -> this; // for those who freeze a domain
    };
  }

  private Behavior<Command> fill(RestoreReader.Head head, long instance, XenDomain xen) {
    moveTo(new Filling(instance), "place is made");
    long frames = head.frames();
    if (frames != xen.pages()) {
      return drop(
          instance,
          ToolstackErrors.badRequest(
              "%s: the guest has %d KiB, its configuration says %d KiB"
                  .formatted(order.file(), frames * 4, xen.pages() * 4)));
    }
    reader.tell(new RestoreReader.Fill(xen));
    return this;
  }

  private Behavior<Command> onFilled(RestoreReader.Filled filled) {
    if (!(state instanceof Filling(var instance))) {
      return this;
    }
    moveTo(new Building(instance), "its pages are in memory");
    summary.setRounds(1).setPagesSent(filled.pages()).setBytesSent(filled.bytes());
    setup.ask(new Arrive(instance, DomainImage.fromImage(filled.state())));
    return this;
  }

  private Behavior<Command> adopt() {
    if (!(state instanceof Building(var instance))) {
      return this;
    }
    moveTo(new Adopting(instance), "built");
    setup.ask(new Adopt(instance, order.state(), Optional.empty()));
    return this;
  }

  /** The file is not what it should be; the reader has let go of it and of the memory. */
  private Behavior<Command> onRefused(ToolstackError error) {
    return switch (state) {
      case ReadingHead() -> fail(error);
      case Filling(var instance) -> release(instance, error);
      default -> this;
    };
  }

  private Behavior<Command> onHostStops() {
    ToolstackError error = ToolstackErrors.aborted("the host is going down");
    return switch (state) {
      case Filling(var instance) -> drop(instance, error);
      default -> this;
    };
  }

  private Behavior<Command> drop(long instance, ToolstackError error) {
    moveTo(new StoppingReader(instance, error), error.getMessage());
    getContext().stop(reader);
    return this;
  }

  private Behavior<Command> onReaderEnded() {
    return switch (state) {
      case StoppingReader(var instance, var error) -> release(instance, error);
      case ReadingHead() -> fail(ToolstackErrors.failed(order.file() + ": the reading has failed"));
      case Filling(var instance) ->
          release(instance, ToolstackErrors.failed(order.file() + ": the reading has failed"));
      default -> this;
    };
  }

  private Behavior<Command> release(long instance, ToolstackError error) {
    moveTo(new Dropping(error), error.getMessage());
    setup.ask(new Release(instance, Remaining.REMOVED, error.getMessage()));
    return this;
  }

  private Behavior<Command> finish(DomainInfo info) {
    long elapsed = setup.outside().clock().nanos() - begun;
    client.finished(summary.setTotalMs(elapsed / 1_000_000).setDomain(info).build());
    return Behaviors.stopped();
  }

  private Behavior<Command> fail(ToolstackError error) {
    client.failed(error);
    return Behaviors.stopped();
  }

  private void moveTo(State next, String why) {
    getContext()
        .getLog()
        .debug(
            "restore of {}: {} -> {}: {}",
            order.file(),
            state.getClass().getSimpleName(),
            next.getClass().getSimpleName(),
            why);
    state = next;
  }
}
