package io.xengarden.node.console;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.abi.Domid;
import io.xengarden.hypervisor.HypervisorCommand;
import io.xengarden.node.console.ConsoleDaemonCommand.CloseConsole;
import io.xengarden.node.console.ConsoleDaemonCommand.ConsoleFound;
import io.xengarden.node.console.ConsoleDaemonCommand.ConsoleGone;
import io.xengarden.node.console.ConsoleDaemonCommand.ConsoleOpenFailed;
import io.xengarden.node.console.ConsoleDaemonCommand.FindConsole;
import io.xengarden.node.console.ConsoleDaemonCommand.FindReply;
import io.xengarden.node.console.ConsoleDaemonCommand.NoConsole;
import io.xengarden.node.console.ConsoleDaemonCommand.OpenConsole;
import io.xengarden.node.console.ConsoleDaemonCommand.OpenReply;
import io.xengarden.node.console.DomainConsoleCommand.Close;
import io.xengarden.node.console.DomainConsoleCommand.ConsoleClosed;
import io.xengarden.xenstore.XenStoreCommand;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** xenconsoled: one {@link DomainConsole} per domain. */
public final class ConsoleDaemon extends AbstractOnMessageBehavior<ConsoleDaemonCommand> {
  /**
   * What the daemon works with.
   *
   * @param random for the marks by which a command's output is told from the rest
   */
  public record Environment(
      ActorRef<HypervisorCommand> hypervisor,
      ActorRef<XenStoreCommand> store,
      ConsoleLogs logs,
      RandomGenerator random) {}

  private final Environment environment;
  private final Map<Domid, ActorRef<DomainConsoleCommand>> consoles = new TreeMap<>();

  public static Behavior<ConsoleDaemonCommand> create(Environment environment) {
    return Behaviors.setup(context -> new ConsoleDaemon(context, environment));
  }

  private ConsoleDaemon(ActorContext<ConsoleDaemonCommand> context, Environment environment) {
    super(context);
    this.environment = environment;
  }

  @Override
  public Behavior<ConsoleDaemonCommand> onMessage(ConsoleDaemonCommand message) {
    return switch (message) {
      case OpenConsole(var spec, var replyTo) -> open(spec, replyTo);
      case CloseConsole(var domid, var replyTo) -> close(domid, replyTo);
      case FindConsole(var domid, var replyTo) -> find(domid, replyTo);
      case ConsoleGone(var domid, var console) -> {
        consoles.remove(domid, console);
        yield this;
      }
    };
  }

  @Override
  public Behavior<ConsoleDaemonCommand> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Behavior<ConsoleDaemonCommand> open(ConsoleSpec spec, ActorRef<OpenReply> replyTo) {
    Domid domid = spec.domid();
    if (consoles.containsKey(domid)) {
      replyTo.tell(new ConsoleOpenFailed(domid, "the console is open already"));
      return this;
    }
    DomainConsole.Setup setup = new DomainConsole.Setup(spec, environment, replyTo);
    ActorRef<DomainConsoleCommand> console =
        getContext().spawnAnonymous(ConsoleOpening.create(setup));
    getContext().watchWith(console, new ConsoleGone(domid, console));
    consoles.put(domid, console);
    return this;
  }

  private Behavior<ConsoleDaemonCommand> close(Domid domid, ActorRef<ConsoleClosed> replyTo) {
    ActorRef<DomainConsoleCommand> console = consoles.remove(domid);
    if (console == null) {
      replyTo.tell(new ConsoleClosed());
    } else {
      console.tell(new Close(replyTo));
    }
    return this;
  }

  private Behavior<ConsoleDaemonCommand> find(Domid domid, ActorRef<FindReply> replyTo) {
    ActorRef<DomainConsoleCommand> console = consoles.get(domid);
    replyTo.tell(console == null ? new NoConsole(domid) : new ConsoleFound(console));
    return this;
  }
}
