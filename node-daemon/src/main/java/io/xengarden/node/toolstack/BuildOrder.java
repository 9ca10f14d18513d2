package io.xengarden.node.toolstack;

import akka.actor.typed.ActorRef;
import io.xengarden.node.array.Ownership;
import io.xengarden.node.toolstack.RelocationRequest.Claims;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import java.time.Instant;
import java.util.Optional;

/**
 * One life of a domain to begin.
 *
 * @param held its record in the register, when an earlier life has claimed it
 */
record BuildOrder(
    long instance, DomainPlan plan, Instant startTime, Origin origin, Optional<Ownership> held) {

  /** Where the guest comes from. */
  sealed interface Origin {
    /** From its kernel. */
    record Fresh(InitialState state) implements Origin {}

    /**
     * From elsewhere, as pages and state; it stays paused.
     *
     * @param name what it is called meanwhile
     * @param claims how it becomes this host's
     * @param flow who brings it
     */
    record Arriving(String name, Claims claims, ActorRef<RelocationNotice> flow)
        implements Origin {}
  }

  /** Whether the register has to say first that this host may have the domain. */
  boolean mustClaim() {
    return switch (origin) {
      case Origin.Fresh _ -> held.isEmpty();
      case Origin.Arriving(_, var claims, _) -> claims == Claims.FIRST;
    };
  }

  /** The plan under the name that is shown while it is built. */
  DomainPlan namedPlan() {
    return switch (origin) {
      case Origin.Fresh _ -> plan;
      case Origin.Arriving(var name, _, _) -> plan.named(name);
    };
  }
}
