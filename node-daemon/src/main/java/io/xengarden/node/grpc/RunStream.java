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
import io.xengarden.node.console.DomainConsoleCommand;
import io.xengarden.node.console.DomainConsoleCommand.CancelRun;
import io.xengarden.node.console.DomainConsoleCommand.MoreOfRun;
import io.xengarden.node.console.DomainConsoleCommand.Run;
import io.xengarden.node.console.RunFeed;
import io.xengarden.node.console.RunFeed.RunEnded;
import io.xengarden.node.console.RunFeed.RunFailed;
import io.xengarden.node.console.RunFeed.RunOutput;
import io.xengarden.node.console.ShellCommand;
import io.xengarden.node.toolstack.Outcome;
import io.xengarden.node.toolstack.Outcome.Done;
import io.xengarden.node.toolstack.Outcome.Refused;
import io.xengarden.node.toolstack.ToolstackCommand.FindDomain;
import io.xengarden.node.toolstack.ToolstackErrors;
import io.xengarden.proto.v1.DomainSelector;
import io.xengarden.proto.v1.RunCommandOutput;
import io.xengarden.proto.v1.ToolstackError;

/** One RunCommand call: finds the domain, its console, runs the command there. */
final class RunStream extends AbstractOnMessageBehavior<RunStream.Command> {
  sealed interface Command {}

  record DomainAnswered(Outcome<Domid> outcome) implements Command {}

  record ConsoleAnswered(FindReply reply) implements Command {}

  record Fed(RunFeed feed) implements Command {}

  record HasRoom() implements Command {}

  record Cancelled() implements Command {}

  /** The console's actor has failed. */
  record ConsoleGone() implements Command {}

  private final HostActors host;
  private final ShellCommand command;
  private final DomainSelector domain;
  private final Outlet<RunCommandOutput> outlet;
  private final ActorRef<RunFeed> feeds;
  private ActorRef<DomainConsoleCommand> console;

  static Behavior<Command> create(
      HostActors host,
      DomainSelector domain,
      ShellCommand command,
      ServerCallStreamObserver<RunCommandOutput> call) {
    return Behaviors.setup(context -> new RunStream(context, host, domain, command, call));
  }

  private RunStream(
      ActorContext<Command> context,
      HostActors host,
      DomainSelector domain,
      ShellCommand command,
      ServerCallStreamObserver<RunCommandOutput> call) {
    super(context);
    this.host = host;
    this.domain = domain;
    this.command = command;
    this.feeds = context.messageAdapter(RunFeed.class, Fed::new);
    this.outlet = new Outlet<>(call, () -> console.tell(new MoreOfRun(feeds)));
    ActorRef<Outcome<Domid>> found = Replies.to(context, DomainAnswered::new);
    host.toolstack().tell(new FindDomain(domain, found));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case DomainAnswered(Done<Domid>(var domid)) -> findConsole(domid);
      case DomainAnswered(Refused<Domid>(var error)) -> fail(error);
      case ConsoleAnswered(ConsoleFound(var found)) -> run(found);
      case ConsoleAnswered(NoConsole _) -> fail(ToolstackErrors.noConsole(domain));
      case Fed(RunOutput(var bytes)) -> {
        outlet.send(RunCommandOutput.newBuilder().setData(ByteString.copyFrom(bytes)).build());
        yield this;
      }
      case Fed(RunEnded(var status)) when status == RunFeed.STATUS_DOMAIN_GONE -> fail(gone());
      case Fed(RunEnded(var status)) -> {
        outlet.sendLast(RunCommandOutput.newBuilder().setExitStatus(status).build());
        yield Behaviors.stopped();
      }
      case Fed(RunFailed(var why)) -> fail(ToolstackErrors.limit(why));
      case HasRoom() -> {
        outlet.hasRoom();
        yield this;
      }
      case Cancelled() -> cancel();
      case ConsoleGone() -> fail(gone());
    };
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Behavior<Command> findConsole(Domid domid) {
    ActorRef<FindReply> found = getContext().messageAdapter(FindReply.class, ConsoleAnswered::new);
    host.consoles().tell(new FindConsole(domid, found));
    return this;
  }

  private Behavior<Command> run(ActorRef<DomainConsoleCommand> found) {
    console = found;
    getContext().watchWith(console, new ConsoleGone());
    console.tell(new Run(command, feeds));
    return this;
  }

  private Behavior<Command> cancel() {
    if (console != null) {
      console.tell(new CancelRun(feeds));
    }
    return Behaviors.stopped();
  }

  private ToolstackError gone() {
    return ToolstackErrors.leftTheHost(domain);
  }

  private Behavior<Command> fail(ToolstackError error) {
    outlet.fail(error);
    return Behaviors.stopped();
  }
}
