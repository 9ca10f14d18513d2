package io.xengarden.node.relocation.guest;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.xengarden.domain.DomainCommand;
import io.xengarden.domain.DomainCommand.Resume;
import io.xengarden.domain.DomainCommand.ResumeMode;
import io.xengarden.domain.DomainCommand.ResumeRefused;
import io.xengarden.domain.DomainCommand.ResumeReply;
import io.xengarden.domain.DomainCommand.Resumed;
import io.xengarden.hypervisor.HypervisorCommand.DomctlDone;
import io.xengarden.hypervisor.HypervisorCommand.DomctlReply;
import io.xengarden.hypervisor.HypervisorCommand.PauseDomain;
import io.xengarden.hypervisor.HypervisorCommand.ResumeDomain;
import io.xengarden.node.dom0.Dom0Command.ContinueBackends;
import io.xengarden.xenstore.XenStoreCommand;
import java.time.Duration;

/**
 * Lets a suspended guest run on where it is, as if nothing had happened: a suspend-cancel. Its
 * backends, kept and quiesced, serve it again.
 */
public final class GuestRevival extends AbstractOnMessageBehavior<GuestRevival.Command> {
  /** Longer only if what runs the domain is dead. */
  static final Duration LIMIT = Duration.ofSeconds(10);

  sealed interface Command {}

  private record PauseAnswered(DomctlReply reply) implements Command {}

  private record GuestAnswered(ResumeReply reply) implements Command {}

  private record XenAnswered(DomctlReply reply) implements Command {}

  private enum Timer implements Command {
    OVERDUE
  }

  /** How it is to stand afterwards. */
  public enum Afterwards {
    RUNNING,
    PAUSED
  }

  public sealed interface Result {}

  public record Revived() implements Result {}

  public record NotRevived(String why) implements Result {}

  private final GuestActors actors;
  private final ActorRef<Result> replyTo;

  public static Behavior<Command> create(
      GuestActors actors, Afterwards afterwards, ActorRef<Result> replyTo) {
    return Behaviors.withTimers(
        timers ->
            Behaviors.setup(
                context -> new GuestRevival(context, timers, actors, replyTo).start(afterwards)));
  }

  private GuestRevival(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      GuestActors actors,
      ActorRef<Result> replyTo) {
    super(context);
    this.actors = actors;
    this.replyTo = replyTo;
    timers.startSingleTimer(Timer.OVERDUE, LIMIT);
  }

  private Behavior<Command> start(Afterwards afterwards) {
    if (afterwards == Afterwards.RUNNING) {
      return resume();
    }
    ActorRef<DomctlReply> answers =
        getContext().messageAdapter(DomctlReply.class, PauseAnswered::new);
    actors.hypervisor().tell(new PauseDomain(actors.domid(), answers));
    return this;
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case PauseAnswered(DomctlDone _) -> resume();
      case PauseAnswered(var refused) -> end(new NotRevived("cannot pause: " + refused));
      case GuestAnswered(Resumed()) -> schedule();
      case GuestAnswered(ResumeRefused(var why)) -> end(new NotRevived(why));
      case XenAnswered(DomctlDone _) -> {
        actors.store().tell(new XenStoreCommand.Resume(actors.domid()));
        yield end(new Revived());
      }
      case XenAnswered(var refused) -> end(new NotRevived("Xen: " + refused));
      case Timer.OVERDUE -> end(new NotRevived("the domain does not answer"));
    };
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Behavior<Command> resume() {
    actors.dom0().tell(new ContinueBackends(actors.domid()));
    ActorRef<ResumeReply> answers =
        getContext().messageAdapter(ResumeReply.class, GuestAnswered::new);
    ActorRef<DomainCommand> domain = actors.domain();
    domain.tell(new Resume(ResumeMode.CANCELLED, answers));
    return this;
  }

  private Behavior<Command> schedule() {
    // A second adapter: one class of message has one adapter, and this answer means another thing.
    ActorRef<DomctlReply> answers =
        getContext().messageAdapter(DomctlReply.class, XenAnswered::new);
    actors.hypervisor().tell(new ResumeDomain(actors.domid(), answers));
    return this;
  }

  private Behavior<Command> end(Result result) {
    replyTo.tell(result);
    return Behaviors.stopped();
  }
}
