package io.xengarden.storage;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;

/**
 * What the backend of one virtual block device is told by whoever made it. Attaching, detaching and
 * the frontend's moves reach it through xenstore, as on Xen.
 */
public sealed interface VbdBackendCommand
    permits VbdBackendCommand.Quiesce,
        VbdBackendCommand.Continue,
        VbdBackendCommand.Close,
        VbdEvent {

  /**
   * Take no further request, finish those under way, keep the connection; answered then. For a save
   * or a migration, whose guest is suspended. It has no limit of its own: whoever asks bounds it,
   * and says {@link Continue} when it will not wait. Nothing is flushed. Any state.
   */
  record Quiesce(ActorRef<VbdQuiesced> replyTo) implements VbdBackendCommand {}

  /** Serve the ring again, after {@link Quiesce}, also when that is not answered yet. */
  record Continue() implements VbdBackendCommand {}

  /**
   * End, without the frontend's consent: requests under way are finished, for at most {@link
   * VbdBackend#DRAIN_LIMIT}, mappings, port and image let go, state Closed written; answered then,
   * and the actor stops. Any state.
   */
  record Close(ActorRef<VbdClosed> replyTo) implements VbdBackendCommand {}

  /** Nothing is under way any more, and nothing will be before {@link Continue}. */
  record VbdQuiesced(Domid frontend, int devid) {}

  record VbdClosed(Domid frontend, int devid) {}
}
