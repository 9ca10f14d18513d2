package io.xengarden.node.grpc;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.xengarden.abi.Domid;
import io.xengarden.node.XenHostCommand.HostActors;
import io.xengarden.node.console.ConsoleDaemonCommand.ConsoleFound;
import io.xengarden.node.console.ConsoleDaemonCommand.FindConsole;
import io.xengarden.node.console.ConsoleDaemonCommand.FindReply;
import io.xengarden.node.console.ConsoleDaemonCommand.NoConsole;
import io.xengarden.node.console.ConsoleFeed;
import io.xengarden.node.console.ConsoleFeed.AttachRefused;
import io.xengarden.node.console.ConsoleFeed.Ended;
import io.xengarden.node.console.ConsoleFeed.Output;
import io.xengarden.node.console.DomainConsoleCommand;
import io.xengarden.node.console.DomainConsoleCommand.Attach;
import io.xengarden.node.console.DomainConsoleCommand.KeysAccepted;
import io.xengarden.node.console.DomainConsoleCommand.More;
import io.xengarden.node.console.DomainConsoleCommand.Type;
import io.xengarden.node.toolstack.Outcome;
import io.xengarden.node.toolstack.Outcome.Done;
import io.xengarden.node.toolstack.Outcome.Refused;
import io.xengarden.node.toolstack.ToolstackCommand.FindDomain;
import io.xengarden.node.toolstack.ToolstackErrors;
import io.xengarden.proto.v1.ConsoleInput;
import io.xengarden.proto.v1.ConsoleOutput;
import io.xengarden.proto.v1.DomainSelector;
import io.xengarden.proto.v1.ToolstackError;

/**
 * One AttachConsole call. Its end detaches; the end of the client's input alone does not. One
 * message of input is under way at a time: the client is asked for the next when the console took
 * the keys.
 */
final class ConsoleStream extends AbstractOnMessageBehavior<ConsoleStream.Command> {
  /** Keys in one message. */
  static final int MAX_KEYS = 1024;

  sealed interface Command {}

  record Input(ConsoleInput input) implements Command {}

  record DomainAnswered(Outcome<Domid> outcome) implements Command {}

  record ConsoleAnswered(FindReply reply) implements Command {}

  record Fed(ConsoleFeed feed) implements Command {}

  record Typed(KeysAccepted accepted) implements Command {}

  record HasRoom() implements Command {}

  record Cancelled() implements Command {}

  /** The console's actor has failed. */
  record ConsoleGone() implements Command {}

  private final HostActors host;
  private final ServerCallStreamObserver<ConsoleOutput> call;
  private final Outlet<ConsoleOutput> outlet;
  private final ActorRef<ConsoleFeed> feeds;
  private final ActorRef<KeysAccepted> accepted;
  private DomainSelector domain = DomainSelector.getDefaultInstance();
  private ActorRef<DomainConsoleCommand> console;

  static Behavior<Command> create(HostActors host, ServerCallStreamObserver<ConsoleOutput> call) {
    return Behaviors.setup(context -> new ConsoleStream(context, host, call));
  }

  private ConsoleStream(
      ActorContext<Command> context,
      HostActors host,
      ServerCallStreamObserver<ConsoleOutput> call) {
    super(context);
    this.host = host;
    this.call = call;
    this.feeds = context.messageAdapter(ConsoleFeed.class, Fed::new);
    this.accepted = context.messageAdapter(KeysAccepted.class, Typed::new);
    this.outlet = new Outlet<>(call, () -> console.tell(new More(feeds)));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case Input(var input) -> onInput(input);
      case DomainAnswered(Done<Domid>(var domid)) -> findConsole(domid);
      case DomainAnswered(Refused<Domid>(var error)) -> fail(error);
      case ConsoleAnswered(ConsoleFound(var found)) -> attach(found);
      case ConsoleAnswered(NoConsole _) -> fail(ToolstackErrors.noConsole(domain));
      case Fed(Output(var bytes)) -> {
        outlet.send(ConsoleOutput.newBuilder().setData(ByteString.copyFrom(bytes)).build());
        yield this;
      }
      case Fed(Ended(var rest)) -> end(rest);
      case Fed(AttachRefused(var why)) -> fail(ToolstackErrors.limit(why));
      case Typed _ -> {
        call.request(1);
        yield this;
      }
      case HasRoom() -> {
        outlet.hasRoom();
        yield this;
      }
      case Cancelled() -> Behaviors.stopped();
      case ConsoleGone() -> fail(ToolstackErrors.leftTheHost(domain));
    };
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Behavior<Command> onInput(ConsoleInput input) {
    boolean first = domain.getByCase() == DomainSelector.ByCase.BY_NOT_SET;
    return switch (input.getInputCase()) {
      case DOMAIN -> first ? findDomain(input.getDomain()) : fail("the domain comes only once");
      case KEYS -> first ? fail("the first message names the domain") : type(input.getKeys());
      case INPUT_NOT_SET -> fail("an input message is empty");
    };
  }

  private Behavior<Command> findDomain(DomainSelector selector) {
    domain = selector;
    ActorRef<Outcome<Domid>> found = Replies.to(getContext(), DomainAnswered::new);
    host.toolstack().tell(new FindDomain(selector, found));
    return this;
  }

  private Behavior<Command> findConsole(Domid domid) {
    ActorRef<FindReply> found = getContext().messageAdapter(FindReply.class, ConsoleAnswered::new);
    host.consoles().tell(new FindConsole(domid, found));
    return this;
  }

  private Behavior<Command> attach(ActorRef<DomainConsoleCommand> found) {
    console = found;
    getContext().watchWith(console, new ConsoleGone());
    console.tell(new Attach(feeds));
    call.request(1);
    return this;
  }

  private Behavior<Command> type(ByteString keys) {
    if (keys.size() > MAX_KEYS) {
      return fail("more than " + MAX_KEYS + " keys in one message");
    }
    console.tell(new Type(keys.toByteArray(), accepted));
    return this;
  }

  private Behavior<Command> end(byte[] rest) {
    for (int from = 0; from < rest.length; from += GrpcServer.MAX_CHUNK) {
      int length = Math.min(GrpcServer.MAX_CHUNK, rest.length - from);
      call.onNext(
          ConsoleOutput.newBuilder().setData(ByteString.copyFrom(rest, from, length)).build());
    }
    outlet.complete();
    return Behaviors.stopped();
  }

  private Behavior<Command> fail(String why) {
    return fail(ToolstackErrors.badRequest(why));
  }

  private Behavior<Command> fail(ToolstackError error) {
    outlet.fail(error);
    return Behaviors.stopped();
  }
}
