package io.xengarden.node.array.adapter;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.node.array.Journal;
import io.xengarden.node.array.Register;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.RegisterCommand.HostsAnswer;
import io.xengarden.node.array.RegisterEntry;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * The root of the array's actors: keeps the register on the dispatcher where it may block, passes
 * everything on to it, and ends when it ends.
 */
public final class RegisterKeeper {
  private static final String IO_DISPATCHER = "xengarden.io-dispatcher";

  private RegisterKeeper() {}

  /**
   * @param loaded called when the journal has been read
   * @param ended called with the reason when the register has ended
   */
  public static Behavior<RegisterCommand> create(
      Journal journal, Runnable loaded, Consumer<String> ended) {
    return Behaviors.setup(context -> keep(context, new Watched(journal), loaded, ended));
  }

  private static Behavior<RegisterCommand> keep(
      ActorContext<RegisterCommand> context,
      Watched journal,
      Runnable loaded,
      Consumer<String> ended) {
    ActorRef<RegisterCommand> register =
        context.spawn(
            Behaviors.supervise(Register.create(journal))
                .onFailure(SupervisorStrategy.stop().withLoggingEnabled(false)),
            "register",
            DispatcherSelector.fromConfig(IO_DISPATCHER));
    context.watch(register);
    register.tell(new RegisterCommand.ListHosts(firstAnswer(context, loaded)));
    return Behaviors.receive(RegisterCommand.class)
        .onAnyMessage(
            message -> {
              register.tell(message);
              return Behaviors.same();
            })
        .onSignal(
            Terminated.class,
            _ -> {
              ended.accept(journal.reason());
              return Behaviors.stopped();
            })
        .build();
  }

  private static ActorRef<HostsAnswer> firstAnswer(ActorContext<?> context, Runnable loaded) {
    return context.spawn(
        Behaviors.receiveMessage(
            _ -> {
              loaded.run();
              return Behaviors.stopped();
            }),
        "loaded");
  }

  /** Remembers why it failed: the register ends with it. */
  private static final class Watched implements Journal {
    private final Journal journal;
    private final AtomicReference<String> failure = new AtomicReference<>();

    Watched(Journal journal) {
      this.journal = journal;
    }

    String reason() {
      return failure.get() == null
          ? "the register has failed"
          : "its journal failed: " + failure.get();
    }

    private IOException noted(IOException e) {
      failure.compareAndSet(null, e.getMessage() == null ? e.toString() : e.getMessage());
      return e;
    }

    @Override
    public List<RegisterEntry> load() throws IOException {
      try {
        return journal.load();
      } catch (IOException e) {
        throw noted(e);
      }
    }

    @Override
    public void append(RegisterEntry entry) throws IOException {
      try {
        journal.append(entry);
      } catch (IOException e) {
        throw noted(e);
      }
    }

    @Override
    public long entryCount() {
      return journal.entryCount();
    }

    @Override
    public void compact(List<RegisterEntry> snapshot) throws IOException {
      try {
        journal.compact(snapshot);
      } catch (IOException e) {
        throw noted(e);
      }
    }
  }
}
