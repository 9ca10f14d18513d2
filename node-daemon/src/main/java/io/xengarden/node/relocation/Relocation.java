package io.xengarden.node.relocation;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.node.relocation.RelocationCommand.FlowEnded;
import io.xengarden.node.relocation.RelocationCommand.Restore;
import io.xengarden.node.relocation.RelocationCommand.Save;
import io.xengarden.node.relocation.save.RestoreFlow;
import io.xengarden.node.relocation.save.SaveFlow;
import io.xengarden.node.toolstack.ToolstackErrors;
import java.util.Set;
import java.util.TreeSet;

/** Starts a flow for each save, restore and migration of a host, and limits how many there are. */
public final class Relocation extends AbstractOnMessageBehavior<RelocationCommand> {
  /** Saves, restores and moves, both ways, that one host does at a time. */
  public static final int MAX_AT_ONCE = 16;

  private final RelocationSetup setup;
  private final Set<Long> flows = new TreeSet<>();
  private long lastFlow;

  public static Behavior<RelocationCommand> create(RelocationSetup setup) {
    return Behaviors.setup(context -> new Relocation(context, setup));
  }

  private Relocation(ActorContext<RelocationCommand> context, RelocationSetup setup) {
    super(context);
    this.setup = setup;
  }

  @Override
  public Behavior<RelocationCommand> onMessage(RelocationCommand message) {
    switch (message) {
      case Save(var order, var replyTo) ->
          startFor(replyTo, "save", SaveFlow.create(setup, order, replyTo));
      case Restore(var order, var replyTo) ->
          startFor(replyTo, "restore", RestoreFlow.create(setup, order, replyTo));
      case FlowEnded(var flow) -> flows.remove(flow);
    }
    return this;
  }

  @Override
  public Behavior<RelocationCommand> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private void startFor(ActorRef<RelocationUpdate> client, String kind, Behavior<?> flow) {
    if (flows.size() >= MAX_AT_ONCE) {
      new Client(client).failed(ToolstackErrors.limit(tooMany()));
    } else {
      start(kind, flow);
    }
  }

  private static String tooMany() {
    return "the host is at its limit of " + MAX_AT_ONCE + " saves, restores and migrations";
  }

  private <T> ActorRef<T> start(String kind, Behavior<T> behavior) {
    long flow = ++lastFlow;
    ActorRef<T> started = getContext().spawn(behavior, kind + "-" + flow);
    flows.add(flow);
    getContext().watchWith(started, new FlowEnded(flow));
    return started;
  }
}
