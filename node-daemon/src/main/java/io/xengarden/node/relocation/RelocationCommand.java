package io.xengarden.node.relocation;

import akka.actor.typed.ActorRef;
import io.xengarden.node.relocation.save.RestoreFlow;
import io.xengarden.node.relocation.save.SaveFlow;

/** What is asked of a host that has to do with the leaving and arriving of domains. */
public sealed interface RelocationCommand {
  record Save(SaveFlow.Order order, ActorRef<RelocationUpdate> replyTo)
      implements RelocationCommand {}

  record Restore(RestoreFlow.Order order, ActorRef<RelocationUpdate> replyTo)
      implements RelocationCommand {}

  // ---- private to the actor ----

  record FlowEnded(long flow) implements RelocationCommand {}
}
