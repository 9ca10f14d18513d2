package io.xengarden.hypervisor;

import akka.actor.typed.ActorRef;

/** What the hypervisor tells itself, from timers, watched actors and other threads. */
sealed interface InternalCommand extends HypervisorCommand.ToSelf {

  /** The scheduler's next deadline has come. */
  record SchedulerDue() implements InternalCommand {}

  /** The actor that ran a domain is no more. */
  record DomainActorGone(DomainEntry domain, ActorRef<DomainSignal> actor)
      implements InternalCommand {}

  /** A domain has answered to a bind of one of its ports. */
  record BindAnswered(long bind, DomainSignal.PeerBindAnswer answer) implements InternalCommand {}

  /** The last grant mapping of a dying domain is gone. */
  record GrantsUnmapped(DomainEntry domain) implements InternalCommand {}

  /** A frame that its domain gave back while it was mapped by others is mapped no more. */
  record FrameUnpinned(DomainEntry domain, long mfn) implements InternalCommand {}
}
