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
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.node.relocation.Client;
import io.xengarden.node.relocation.CrashPoint;
import io.xengarden.node.relocation.Passage;
import io.xengarden.node.relocation.RelocationSetup;
import io.xengarden.node.relocation.RelocationUpdate;
import io.xengarden.node.relocation.ToolstackLink;
import io.xengarden.node.relocation.guest.DomainImage;
import io.xengarden.node.toolstack.Outcome;
import io.xengarden.node.toolstack.RelocationNotice;
import io.xengarden.node.toolstack.RelocationRequest.Adopt;
import io.xengarden.node.toolstack.RelocationRequest.Arrive;
import io.xengarden.node.toolstack.RelocationRequest.Claims;
import io.xengarden.node.toolstack.RelocationRequest.Expect;
import io.xengarden.node.toolstack.RelocationRequest.Expected;
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

  private record ExpectAnswered(Outcome<Expected> outcome) implements Command {}

  private record Noticed(RelocationNotice notice) implements Command {}

  private record AdoptAnswered(Outcome<DomainInfo> outcome) implements Command {}

  private record ReleaseAnswered(Outcome<Domid> outcome) implements Command {}

  private record ReaderEnded() implements Command {}

  private record Passed() implements Command {}

  private sealed interface State {}

  private record ReadingHead() implements State {}

  /** The toolstack checks, claims and makes place. */
  private record Expecting(RestoreReader.Head head) implements State {}

  private record Preparing(RestoreReader.Head head, Expected domain) implements State {}

  private record Filling(Expected domain) implements State {}

  private record Building(Expected domain) implements State {}

  private record Adopting(Expected domain) implements State {}

  /** The reader must let go of the memory before it is taken away. */
  private record StoppingReader(Expected domain, ToolstackError error) implements State {}

  private record Dropping(ToolstackError error) implements State {}

  private final RelocationSetup setup;
  private final Order order;
  private final Client client;
  private final ToolstackLink<Command> toolstack;
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
    this.toolstack = new ToolstackLink<>(context, setup.actors().toolstack());
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
      case ExpectAnswered(Outcome.Done<Expected>(var domain)) -> {
        moveTo(new Preparing(((Expecting) state).head(), domain), "expected");
        yield this;
      }
      case ExpectAnswered(Outcome.Refused<Expected>(var error)) -> fail(error);
      case Noticed(var notice) -> onNotice(notice);
      case AdoptAnswered(Outcome.Done<DomainInfo>(var info)) -> finish(info);
      case AdoptAnswered(Outcome.Refused<DomainInfo>(var error)) ->
          drop(((Adopting) state).domain(), error);
      case ReleaseAnswered _ -> fail(((Dropping) state).error());
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
    toolstack.<Expected>ask(
        ToolstackLink.ANSWER_LIMIT,
        replyTo -> new Expect(config, config.getName(), Claims.FIRST, notices, replyTo),
        ExpectAnswered::new);
    return this;
  }

  private Behavior<Command> onNotice(RelocationNotice notice) {
    return switch (notice) {
      case RelocationNotice.MemoryReady(_, var xen) -> fill((Preparing) state, xen);
      case RelocationNotice.Built _ ->
          passage.at(CrashPoint.RESTORE_BUILT, order.file(), this::adopt);
      case RelocationNotice.BuildFailed(var error) -> fail(error);
      case RelocationNotice.HostStops() -> onHostStops();
      case RelocationNotice.HasShutDown _ -> this;
    };
  }

  private Behavior<Command> fill(Preparing preparing, XenDomain xen) {
    long frames = preparing.head().frames();
    if (frames != xen.pages()) {
      return drop(
          preparing.domain(),
          ToolstackErrors.badRequest(
              "%s: the guest has %d KiB, its configuration says %d KiB"
                  .formatted(order.file(), frames * 4, xen.pages() * 4)));
    }
    moveTo(new Filling(preparing.domain()), "place is made");
    reader.tell(new RestoreReader.Fill(xen));
    return this;
  }

  private Behavior<Command> onFilled(RestoreReader.Filled filled) {
    if (!(state instanceof Filling(var domain))) {
      return this;
    }
    moveTo(new Building(domain), "its pages are in memory");
    summary.setRounds(1).setPagesSent(filled.pages()).setBytesSent(filled.bytes());
    toolstack.tell(new Arrive(domain.instance(), DomainImage.fromImage(filled.state())));
    return this;
  }

  private Behavior<Command> adopt() {
    if (!(state instanceof Building(var domain))) {
      return this;
    }
    moveTo(new Adopting(domain), "built");
    toolstack.<DomainInfo>ask(
        ToolstackLink.ANSWER_LIMIT,
        replyTo -> new Adopt(domain.instance(), order.state(), Optional.empty(), replyTo),
        AdoptAnswered::new);
    return this;
  }

  /** The file is not what it should be; the reader has let go of it and of the memory. */
  private Behavior<Command> onRefused(ToolstackError error) {
    return switch (state) {
      case ReadingHead() -> fail(error);
      case Filling(var domain) -> release(domain, error);
      default -> this;
    };
  }

  private Behavior<Command> onHostStops() {
    ToolstackError error = ToolstackErrors.aborted("the host is going down");
    return switch (state) {
      case Preparing(_, var domain) -> drop(domain, error);
      case Filling(var domain) -> drop(domain, error);
      default -> this;
    };
  }

  private Behavior<Command> drop(Expected domain, ToolstackError error) {
    if (state instanceof Preparing || state instanceof Filling) {
      moveTo(new StoppingReader(domain, error), error.getMessage());
      getContext().stop(reader);
      return this;
    }
    return release(domain, error);
  }

  private Behavior<Command> onReaderEnded() {
    return switch (state) {
      case StoppingReader(var domain, var error) -> release(domain, error);
      case ReadingHead() -> fail(ToolstackErrors.failed(order.file() + ": the reading has failed"));
      case Filling(var domain) ->
          release(domain, ToolstackErrors.failed(order.file() + ": the reading has failed"));
      default -> this;
    };
  }

  private Behavior<Command> release(Expected domain, ToolstackError error) {
    moveTo(new Dropping(error), error.getMessage());
    toolstack.<Domid>ask(
        ToolstackLink.TEARDOWN_LIMIT,
        replyTo -> new Release(domain.instance(), Remaining.REMOVED, error.getMessage(), replyTo),
        ReleaseAnswered::new);
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
