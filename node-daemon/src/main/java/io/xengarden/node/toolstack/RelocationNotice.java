package io.xengarden.node.toolstack;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.abi.ShutdownReason;
import io.xengarden.hypervisor.XenDomain;
import io.xengarden.node.toolstack.RelocationRequest.Frozen;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.DomainInfo;
import io.xengarden.proto.v1.ToolstackError;
import java.util.UUID;

/** What the toolstack tells whoever holds a domain's life in its hands, in order. */
public sealed interface RelocationNotice {
  /** Answers {@link RelocationRequest.Freeze}. */
  record IsFrozen(Frozen domain) implements RelocationNotice {}

  /** Answers {@link RelocationRequest.Freeze}: nothing has changed. */
  record NotFrozen(ToolstackError error) implements RelocationNotice {}

  /**
   * A frozen domain has shut down: as it was asked to, or by itself. May be said more than once.
   */
  record HasShutDown(ShutdownReason reason) implements RelocationNotice {}

  /**
   * Answers {@link RelocationRequest.Expect}: there is a domain with memory, nodes, and backends
   * that wait. Its pages may be written until {@link RelocationRequest.Arrive}.
   *
   * @param config checked and completed
   */
  record PlaceMade(long instance, UUID uuid, DomainConfig config, XenDomain xen)
      implements RelocationNotice {}

  /** Answers {@link RelocationRequest.Arrive}: the domain is built, and paused. */
  record IsBuilt(long instance) implements RelocationNotice {}

  /** An expected domain was refused or could not be built, and nothing is left of it. */
  record NotBuilt(ToolstackError error) implements RelocationNotice {}

  /** Answers {@link RelocationRequest.Adopt}; the domain is in nobody's hands any more. */
  record IsAdopted(DomainInfo info) implements RelocationNotice {}

  /** Answers {@link RelocationRequest.Adopt}: the domain is as it was, and paused. */
  record NotAdopted(ToolstackError error) implements RelocationNotice {}

  /** Answers {@link RelocationRequest.Release}: nothing is left of the domain. */
  record IsGone() implements RelocationNotice {}

  /** Answers {@link RelocationRequest.Release}: it is dead, and something still holds its pages. */
  record IsDying(ToolstackError error) implements RelocationNotice {}

  /**
   * Somebody wants the domain to stay. Answered with whether it can, which is not yet the end.
   *
   * @param domid what the answer is when it can
   */
  record AbortAsked(Domid domid, ActorRef<Outcome<Domid>> replyTo) implements RelocationNotice {}

  /** The host is going down: end what can be ended. */
  record HostStops() implements RelocationNotice {}
}
