package io.xengarden.node.console;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.hypervisor.HypervisorCommand.ChargeDom0;
import io.xengarden.hypervisor.HypervisorCommand.CloseDom0Port;
import io.xengarden.node.console.ConsoleDaemonCommand.OpenReply;
import io.xengarden.node.console.ConsoleFeed.AttachRefused;
import io.xengarden.node.console.ConsoleLogs.ConsoleLog;
import io.xengarden.node.console.DomainConsoleCommand.AskForPrompt;
import io.xengarden.node.console.DomainConsoleCommand.Attach;
import io.xengarden.node.console.DomainConsoleCommand.BindAnswered;
import io.xengarden.node.console.DomainConsoleCommand.CancelRun;
import io.xengarden.node.console.DomainConsoleCommand.ClientGone;
import io.xengarden.node.console.DomainConsoleCommand.Close;
import io.xengarden.node.console.DomainConsoleCommand.ConsoleClosed;
import io.xengarden.node.console.DomainConsoleCommand.Detach;
import io.xengarden.node.console.DomainConsoleCommand.GrantsAnswered;
import io.xengarden.node.console.DomainConsoleCommand.Logged;
import io.xengarden.node.console.DomainConsoleCommand.More;
import io.xengarden.node.console.DomainConsoleCommand.MoreOfRun;
import io.xengarden.node.console.DomainConsoleCommand.PromptOverdue;
import io.xengarden.node.console.DomainConsoleCommand.Rang;
import io.xengarden.node.console.DomainConsoleCommand.Run;
import io.xengarden.node.console.DomainConsoleCommand.Type;
import io.xengarden.node.console.DomainConsoleCommand.WindowOver;
import io.xengarden.node.console.RunFeed.RunFailed;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.StoreOp;
import io.xengarden.xenstore.XenStoreCommand;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/**
 * One domain's console, as xenconsoled serves it. Output goes to the log and to a buffer; clients
 * read the buffer at their own pace. Only a log that is slow to write holds up the guest, since
 * nothing may be missing from it.
 */
final class DomainConsole extends AbstractOnMessageBehavior<DomainConsoleCommand> {
  /** Unread output kept for clients: the {@code limit} node of a console. */
  static final int MAX_UNREAD = 1 << 20;

  /** Output in one message to a client. */
  static final int MAX_CHUNK = 64 * 1024;

  /** Bytes on their way to the log before the guest's output waits in its ring. */
  static final int MAX_LOGGING = 64 * 1024;

  /** How long a command waits for the shell's prompt. */
  static final Duration PROMPT_WAIT = Duration.ofSeconds(30);

  /** How long a waiting command hopes that the prompt comes by itself. */
  static final Duration PROMPT_PATIENCE = Duration.ofSeconds(1);

  /** Emulated CPU time of dom0 for serving one event. */
  private static final long NS_PER_EVENT = 2_000;

  /** What a console is made of. */
  record Setup(
      ConsoleSpec spec, ConsoleDaemon.Environment environment, ActorRef<OpenReply> opener) {}

  /** The way to the guest. */
  record Link(ConsolePage page, Bell bell, int port) {}

  private final Setup setup;
  private final Link link;
  private final TimerScheduler<DomainConsoleCommand> timers;
  private final ConsoleLog log;
  private final ConsoleBuffer buffer = new ConsoleBuffer(MAX_UNREAD);
  private final Watchers watchers = new Watchers(buffer);
  private final Keyboard keyboard = new Keyboard();
  private final RunQueue runs = new RunQueue(keyboard::add);
  private final EventWindow window = new EventWindow();
  private int logging;
  private boolean logFailed;
  private boolean toldCorrupt;

  static Behavior<DomainConsoleCommand> create(Setup setup, Link link) {
    return Behaviors.withTimers(
        timers -> Behaviors.setup(context -> new DomainConsole(context, timers, setup, link)));
  }

  private DomainConsole(
      ActorContext<DomainConsoleCommand> context,
      TimerScheduler<DomainConsoleCommand> timers,
      Setup setup,
      Link link) {
    super(context);
    this.timers = timers;
    this.setup = setup;
    this.link = link;
    this.log = setup.environment().logs().open(setup.spec().name());
    announce();
  }

  /**
   * Where a pty's name stands on a real host: clients come through the daemon here. The batch fails
   * when the toolstack has removed the console meanwhile, and so brings nothing back.
   */
  private void announce() {
    int domid = setup.spec().domid().value();
    String console = "/local/domain/" + domid + "/console";
    List<StoreOp> ops =
        List.of(
            new StoreOp.Read(console), new StoreOp.Write(console + "/tty", "xengarden:" + domid));
    ActorRef<BatchResult> nobody = getContext().getSystem().ignoreRef();
    setup.environment().store().tell(new XenStoreCommand.Batch(ops, nobody));
  }

  @Override
  public Behavior<DomainConsoleCommand> onMessage(DomainConsoleCommand message) {
    return switch (message) {
      case Rang _ -> rang();
      case WindowOver _ -> windowOver();
      case Logged(var bytes, var failure) -> logged(bytes, failure);
      case Attach(var client) -> attach(client);
      case More(var client) -> {
        watchers.moreTo(client);
        yield this;
      }
      case Detach(var client) -> detach(client);
      case ClientGone(var client) -> detach(client);
      case Type(var keys, var replyTo) -> {
        keyboard.add(keys, replyTo);
        yield type();
      }
      case Run(var command, var client) -> run(command, client);
      case MoreOfRun(var client) -> {
        runs.moreOf(client);
        yield this;
      }
      case CancelRun(var client) -> cancelRun(client);
      case PromptOverdue(var client) -> promptOverdue(client);
      case AskForPrompt _ -> askForPrompt();
      case Close(var replyTo) -> close(replyTo);
      case GrantsAnswered _, BindAnswered _ -> this; // of the opening, which is over
    };
  }

  @Override
  public Behavior<DomainConsoleCommand> onSignal(Signal signal) {
    return switch (signal) {
      case PostStop _ -> {
        letGo();
        yield this;
      }
      case Terminated _ -> Behaviors.unhandled();
      default -> this;
    };
  }

  private Behavior<DomainConsoleCommand> rang() {
    link.bell().answered();
    return switch (window.count()) {
      case SERVE_FIRST -> {
        timers.startSingleTimer(new WindowOver(), Duration.ofMillis(EventWindow.WINDOW_MS));
        yield serve();
      }
      case SERVE -> serve();
      case DEFER -> this;
    };
  }

  private Behavior<DomainConsoleCommand> windowOver() {
    return window.endWindow() ? rang() : this;
  }

  private Behavior<DomainConsoleCommand> serve() {
    setup.environment().hypervisor().tell(new ChargeDom0(NS_PER_EVENT));
    takeOutput();
    return type();
  }

  /** One ringful; the guest rings again for more. */
  private void takeOutput() {
    if (logging >= MAX_LOGGING) {
      return;
    }
    byte[] output = link.page().takeOutput();
    if (output.length > 0) {
      write(output);
      buffer.append(output);
      watchers.deliver();
      runs.saw(output);
    }
    if (link.page().isCorrupt() && !toldCorrupt) {
      toldCorrupt = true;
      getContext().getLog().warn("domain {} has spoilt its console ring", setup.spec().domid());
    }
  }

  private void write(byte[] output) {
    if (!logFailed) {
      logging += output.length;
      ActorRef<DomainConsoleCommand> self = getContext().getSelf();
      log.append(output, failure -> self.tell(new Logged(output.length, failure)));
    }
  }

  private Behavior<DomainConsoleCommand> logged(int bytes, IOException failure) {
    boolean wasHeldUp = logging >= MAX_LOGGING;
    logging -= bytes;
    if (failure != null && !logFailed) {
      logFailed = true;
      getContext().getLog().error("console log of {}: {}", setup.spec().name(), failure.toString());
    }
    return wasHeldUp ? serve() : this;
  }

  private Behavior<DomainConsoleCommand> type() {
    keyboard.typeInto(link.page());
    return this;
  }

  private Behavior<DomainConsoleCommand> attach(ActorRef<ConsoleFeed> client) {
    if (watchers.isFull()) {
      client.tell(new AttachRefused("the console has " + Watchers.MAX_WATCHERS + " clients"));
    } else if (!watchers.has(client)) {
      getContext().watchWith(client, new ClientGone(client));
      watchers.add(client);
    }
    return this;
  }

  private Behavior<DomainConsoleCommand> detach(ActorRef<ConsoleFeed> client) {
    getContext().unwatch(client);
    watchers.remove(client);
    return this;
  }

  private Behavior<DomainConsoleCommand> run(ShellCommand command, ActorRef<RunFeed> client) {
    if (runs.isFull()) {
      client.tell(new RunFailed("the console has " + RunQueue.MAX_RUNS + " commands waiting"));
      return this;
    }
    timers.startSingleTimer(client, new PromptOverdue(client), PROMPT_WAIT);
    runs.add(new CommandRun(command, client, nonce()));
    return typeForRuns();
  }

  private Behavior<DomainConsoleCommand> cancelRun(ActorRef<RunFeed> client) {
    timers.cancel(client);
    runs.cancel(client);
    return typeForRuns();
  }

  private Behavior<DomainConsoleCommand> promptOverdue(ActorRef<RunFeed> client) {
    runs.overdue(client);
    return typeForRuns();
  }

  private Behavior<DomainConsoleCommand> askForPrompt() {
    if (runs.awaitsPrompt()) {
      runs.askForPrompt();
    }
    return typeForRuns();
  }

  private Behavior<DomainConsoleCommand> typeForRuns() {
    if (runs.awaitsPrompt() && !timers.isTimerActive(AskForPrompt.class)) {
      timers.startSingleTimer(AskForPrompt.class, new AskForPrompt(), PROMPT_PATIENCE);
    }
    return type();
  }

  private Behavior<DomainConsoleCommand> close(ActorRef<ConsoleClosed> replyTo) {
    byte[] rest = link.page().takeOutput();
    if (rest.length > 0) {
      write(rest);
      buffer.append(rest);
      runs.saw(rest);
    }
    watchers.endAll();
    runs.endAll();
    letGo();
    replyTo.tell(new ConsoleClosed());
    return Behaviors.stopped();
  }

  /** On closing, and when the actor ends for any other reason. */
  private void letGo() {
    if (link.page().close()) {
      log.close();
      setup.environment().hypervisor().tell(new CloseDom0Port(link.port()));
    }
  }

  /** Begins with a letter that no later character is: see {@link RunTranscript}. */
  private String nonce() {
    return "X" + HexFormat.of().toHexDigits(setup.environment().random().nextLong());
  }
}
