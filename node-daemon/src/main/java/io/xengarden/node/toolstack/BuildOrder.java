package io.xengarden.node.toolstack;

import akka.actor.typed.ActorRef;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import java.time.Instant;

/** One life of a domain to begin. */
record BuildOrder(long instance, DomainPlan plan, Instant startTime, Origin origin) {

  /** Where the guest comes from. */
  sealed interface Origin {
    /** From its kernel. */
    record Fresh(InitialState state) implements Origin {}

    /**
     * From elsewhere, as pages and state; it stays paused.
     *
     * @param name what it is called meanwhile
     * @param flow who brings it
     */
    record Arriving(String name, ActorRef<RelocationNotice> flow) implements Origin {}
  }

  /** The plan under the name that is shown while it is built. */
  DomainPlan namedPlan() {
    return switch (origin) {
      case Origin.Fresh _ -> plan;
      case Origin.Arriving(var name, _) -> plan.named(name);
    };
  }
}
