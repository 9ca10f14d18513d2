package io.xengarden.node.console;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.StashBuffer;
import io.xengarden.abi.GrantEntry;
import io.xengarden.hypervisor.HypervisorCommand.BindDom0Port;
import io.xengarden.hypervisor.HypervisorCommand.BindRefused;
import io.xengarden.hypervisor.HypervisorCommand.BindReply;
import io.xengarden.hypervisor.HypervisorCommand.GrantsOpened;
import io.xengarden.hypervisor.HypervisorCommand.GrantsReply;
import io.xengarden.hypervisor.HypervisorCommand.NoSuchDomain;
import io.xengarden.hypervisor.HypervisorCommand.OpenGrants;
import io.xengarden.hypervisor.HypervisorCommand.PortBound;
import io.xengarden.hypervisor.gnttab.GrantAccess;
import io.xengarden.hypervisor.gnttab.GrantAccess.Access;
import io.xengarden.hypervisor.gnttab.GrantAccess.GrantRefused;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import io.xengarden.node.console.ConsoleDaemonCommand.ConsoleOpenFailed;
import io.xengarden.node.console.ConsoleDaemonCommand.ConsoleOpened;
import io.xengarden.node.console.DomainConsoleCommand.BindAnswered;
import io.xengarden.node.console.DomainConsoleCommand.Close;
import io.xengarden.node.console.DomainConsoleCommand.ConsoleClosed;
import io.xengarden.node.console.DomainConsoleCommand.GrantsAnswered;
import java.util.Optional;

/**
 * A console being opened: the page is mapped by the guest's grant 0, then the port is bound, then
 * it becomes a {@link DomainConsole}. What clients say meanwhile waits.
 */
final class ConsoleOpening extends AbstractOnMessageBehavior<DomainConsoleCommand> {
  /** Messages that may wait for the opening. */
  static final int MAX_STASHED = 256;

  private final StashBuffer<DomainConsoleCommand> stash;
  private final DomainConsole.Setup setup;
  private final Bell bell;
  private final ActorRef<GrantsReply> grantsReplies;
  private final ActorRef<BindReply> bindReplies;
  private Optional<GrantMapping> mapping = Optional.empty();
  private Optional<ActorRef<ConsoleClosed>> closing = Optional.empty();

  static Behavior<DomainConsoleCommand> create(DomainConsole.Setup setup) {
    return Behaviors.withStash(
        MAX_STASHED,
        stash -> Behaviors.setup(context -> new ConsoleOpening(context, stash, setup)));
  }

  private ConsoleOpening(
      ActorContext<DomainConsoleCommand> context,
      StashBuffer<DomainConsoleCommand> stash,
      DomainConsole.Setup setup) {
    super(context);
    this.stash = stash;
    this.setup = setup;
    this.bell = new Bell(context.getSelf());
    this.grantsReplies = context.messageAdapter(GrantsReply.class, GrantsAnswered::new);
    this.bindReplies = context.messageAdapter(BindReply.class, BindAnswered::new);
    setup.environment().hypervisor().tell(new OpenGrants(setup.spec().domid(), grantsReplies));
  }

  @Override
  public Behavior<DomainConsoleCommand> onMessage(DomainConsoleCommand message) {
    return switch (message) {
      case GrantsAnswered(GrantsOpened(var access)) -> map(access);
      case GrantsAnswered(NoSuchDomain _) -> fail("the domain is gone");
      case BindAnswered(PortBound bound) -> open(bound);
      case BindAnswered(BindRefused(var error)) -> fail("event channel: " + error);
      case BindAnswered(NoSuchDomain _) -> fail("the domain is gone");
      case Close(var replyTo) -> {
        closing = Optional.of(replyTo);
        yield this;
      }
      default -> {
        if (!stash.isFull()) {
          stash.stash(message);
        }
        yield this;
      }
    };
  }

  @Override
  public Behavior<DomainConsoleCommand> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Behavior<DomainConsoleCommand> map(GrantAccess access) {
    try {
      mapping = Optional.of(access.map(GrantEntry.CONSOLE_REF, Access.READ_WRITE));
    } catch (GrantRefused refused) {
      return fail("grant: " + refused.status());
    }
    ConsoleSpec spec = setup.spec();
    setup
        .environment()
        .hypervisor()
        .tell(new BindDom0Port(spec.domid(), spec.port(), bell, bindReplies));
    return this;
  }

  private Behavior<DomainConsoleCommand> open(PortBound bound) {
    ConsolePage page = new ConsolePage(mapping.orElseThrow(), bound.peer());
    DomainConsole.Link link = new DomainConsole.Link(page, bell, bound.port());
    setup.opener().tell(new ConsoleOpened(setup.spec().domid()));
    Behavior<DomainConsoleCommand> open = DomainConsole.create(setup, link);
    closing.ifPresent(replyTo -> getContext().getSelf().tell(new Close(replyTo)));
    return stash.unstashAll(open);
  }

  private Behavior<DomainConsoleCommand> fail(String why) {
    mapping.ifPresent(GrantMapping::close);
    setup.opener().tell(new ConsoleOpenFailed(setup.spec().domid(), why));
    closing.ifPresent(replyTo -> replyTo.tell(new ConsoleClosed()));
    return Behaviors.stopped();
  }
}
