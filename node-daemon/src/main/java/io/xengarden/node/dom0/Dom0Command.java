package io.xengarden.node.dom0;

import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.WatchFired;

/** What domain 0 hears. */
public sealed interface Dom0Command {
  /** Its own nodes are written, or not. */
  record NodesWritten(BatchResult result) implements Dom0Command {}

  /** Something changed among the backends' nodes. */
  record BackendsChanged(WatchFired fired) implements Dom0Command {}

  record VbdRead(BatchResult result) implements Dom0Command {}
}
