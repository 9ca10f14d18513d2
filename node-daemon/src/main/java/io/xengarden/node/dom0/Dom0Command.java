package io.xengarden.node.dom0;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.WatchFired;

/** What domain 0 hears. */
public sealed interface Dom0Command {
  /** Its own nodes are written, or not. */
  record NodesWritten(BatchResult result) implements Dom0Command {}

  /** Something changed among the backends' nodes. */
  record BackendsChanged(WatchFired fired) implements Dom0Command {}

  record VbdRead(BatchResult result) implements Dom0Command {}

  /**
   * A suspended guest's backends take nothing new, finish what is under way and keep their
   * connections; answered when the last has. No limit of its own: whoever asks bounds it, and says
   * {@link ContinueBackends} when it will not wait.
   */
  record QuiesceBackends(Domid frontend, ActorRef<BackendsQuiesced> replyTo)
      implements Dom0Command {}

  /** A guest's backends serve it again. */
  record ContinueBackends(Domid frontend) implements Dom0Command {}

  record BackendsQuiesced(Domid frontend) {}
}
