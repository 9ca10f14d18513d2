package io.xengarden.node.array.adapter;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.node.array.Journal;
import io.xengarden.node.array.Register;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.RegisterCommand.HostsAnswer;
import java.io.UncheckedIOException;
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
    return Behaviors.setup(
        context -> {
          ActorRef<RegisterCommand> register =
              context.spawn(
                  Behaviors.supervise(Register.create(journal))
                      .onFailure(SupervisorStrategy.stop().withLoggingEnabled(false)),
                  "register",
                  DispatcherSelector.fromConfig(IO_DISPATCHER));
          context.watch(register);
          ActorRef<HostsAnswer> firstAnswer =
              context.spawn(
                  Behaviors.receiveMessage(
                      _ -> {
                        loaded.run();
                        return Behaviors.stopped();
                      }),
                  "loaded");
          register.tell(new RegisterCommand.ListHosts(firstAnswer));
          return Behaviors.receive(RegisterCommand.class)
              .onAnyMessage(
                  message -> {
                    register.tell(message);
                    return Behaviors.same();
                  })
              .onSignal(
                  ChildFailed.class,
                  failed -> {
                    ended.accept("its journal failed: " + reason(failed.getCause()));
                    return Behaviors.stopped();
                  })
              .build();
        });
  }

  private static String reason(Throwable cause) {
    Throwable first = cause instanceof UncheckedIOException ? cause.getCause() : cause;
    return first.getMessage() == null ? first.toString() : first.getMessage();
  }
}
