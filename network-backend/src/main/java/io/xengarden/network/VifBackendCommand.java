package io.xengarden.network;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;

/**
 * What the backend of one virtual network interface is told by whoever made it. Attaching,
 * detaching and the frontend's moves reach it through xenstore, as on Xen.
 */
public sealed interface VifBackendCommand
    permits VifBackendCommand.Quiesce,
        VifBackendCommand.Continue,
        VifBackendCommand.Close,
        VifBackendCommand.ReadCounters,
        VifEvent {

  /**
   * Touch no page of the guest any more, keep the connection; answered then. For a save or a
   * migration, whose guest is suspended. What arrives meanwhile waits, as much as may wait. Any
   * state.
   */
  record Quiesce(ActorRef<VifQuiesced> replyTo) implements VifBackendCommand {}

  /** Serve the rings again, after {@link Quiesce}. */
  record Continue() implements VifBackendCommand {}

  /**
   * End, without the frontend's consent: mappings and port let go, state Closed written; answered
   * then, and the actor stops. Frames that wait are dropped. Any state.
   */
  record Close(ActorRef<VifClosed> replyTo) implements VifBackendCommand {}

  /** Any state. */
  record ReadCounters(ActorRef<VifStatus> replyTo) implements VifBackendCommand {}

  /** No page of the guest is touched, and none will be before {@link Continue}. */
  record VifQuiesced(Domid frontend, int devid) {}

  record VifClosed(Domid frontend, int devid) {}

  record VifStatus(Domid frontend, int devid, VifCounters counters) {}
}
