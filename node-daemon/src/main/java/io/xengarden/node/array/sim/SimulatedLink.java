package io.xengarden.node.array.sim;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.node.array.RegisterCommand;
import io.xengarden.node.array.RegisterCommand.Unreachable;
import io.xengarden.node.ask.OneReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * One host's connection to the register. Requests may overtake one another, be lost, or arrive
 * after the caller was told {@link Unreachable}; answers may be lost. A watch is a stream: in order
 * while it lasts, and begun anew after the link was cut.
 */
public final class SimulatedLink {
  /** How long a call waits; as the production adapter has it. */
  public static final Duration CALL_LIMIT = Duration.ofSeconds(5);

  private final Supplier<Optional<ActorRef<RegisterCommand>>> array;
  private final Later later;
  private final RandomGenerator random;
  private final List<ActorRef<LinkedWatch.Message>> watches = new ArrayList<>();
  private LinkFaults faults = LinkFaults.none();
  private boolean cut;

  /** Runs a task after a delay, in simulated time. */
  @FunctionalInterface
  public interface Later {
    void run(Duration delay, Runnable task);
  }

  /**
   * @param array the register, while it runs
   */
  public SimulatedLink(
      Supplier<Optional<ActorRef<RegisterCommand>>> array, Later later, RandomGenerator random) {
    this.array = array;
    this.later = later;
    this.random = random;
  }

  public void setFaults(LinkFaults next) {
    faults = next;
  }

  /** Nothing passes until {@link #heal}. */
  public void cut() {
    cut = true;
    breakWatches();
  }

  public void heal() {
    cut = false;
  }

  /** Also when the array has ended: every watch is begun anew. */
  public void breakWatches() {
    watches.forEach(watch -> watch.tell(new LinkedWatch.Broken()));
  }

  /** Stands for the register in the host. */
  public Behavior<RegisterCommand> behavior() {
    return Behaviors.setup(
        context ->
            Behaviors.receiveMessage(
                command -> {
                  pass(context, command);
                  return Behaviors.same();
                }));
  }

  private void pass(ActorContext<RegisterCommand> context, RegisterCommand command) {
    switch (command) {
      case RegisterCommand.CompareAndSwap(var uuid, var expected, var next, var replyTo) ->
          send(new RegisterCommand.CompareAndSwap(uuid, expected, next, answers(context, replyTo)));
      case RegisterCommand.GetOwnership(var uuid, var replyTo) ->
          send(new RegisterCommand.GetOwnership(uuid, answers(context, replyTo)));
      case RegisterCommand.ListOwnerships(var replyTo) ->
          send(new RegisterCommand.ListOwnerships(answers(context, replyTo)));
      case RegisterCommand.AnnounceHost(var host, var replyTo) ->
          send(new RegisterCommand.AnnounceHost(host, answers(context, replyTo)));
      case RegisterCommand.ListHosts(var replyTo) ->
          send(new RegisterCommand.ListHosts(answers(context, replyTo)));
      case RegisterCommand.ClaimFormation(var expected, var former, var replyTo) ->
          send(new RegisterCommand.ClaimFormation(expected, former, answers(context, replyTo)));
      case RegisterCommand.WatchOwnerships(var watcher) ->
          watches.add(
              context.spawnAnonymous(LinkedWatch.create(this::connected, this::delay, watcher)));
      case RegisterCommand.WatcherEnded _ -> {} // each watch ends with its own actor
    }
  }

  private void send(RegisterCommand command) {
    if (!faults.loses(random)) {
      later.run(delay(), () -> connected().ifPresent(register -> register.tell(command)));
    }
  }

  /** Where the register answers to. Exactly one answer comes out of it. */
  private <A> ActorRef<A> answers(ActorContext<?> context, ActorRef<? super Unreachable> replyTo) {
    @SuppressWarnings("unchecked") // it is an ActorRef<A>, whose answers include Unreachable
    ActorRef<A> asker = (ActorRef<A>) replyTo;
    Unreachable none = new Unreachable("no answer within " + CALL_LIMIT.toSeconds() + " seconds");
    return context.spawnAnonymous(
        OneReply.<A>create(
            CALL_LIMIT,
            answer -> {
              if (cut || faults.loses(random)) {
                later.run(CALL_LIMIT, () -> replyTo.tell(none));
              } else {
                later.run(delay(), () -> asker.tell(answer));
              }
            },
            () -> replyTo.tell(none)));
  }

  private Duration delay() {
    return faults.delay(random);
  }

  private Optional<ActorRef<RegisterCommand>> connected() {
    return cut ? Optional.empty() : array.get();
  }
}
