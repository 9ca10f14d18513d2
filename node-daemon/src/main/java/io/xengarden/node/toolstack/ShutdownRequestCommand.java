package io.xengarden.node.toolstack;

import io.xengarden.xenstore.BatchResult;
import io.xengarden.xenstore.WatchFired;

/** What a request for shutdown waits for. */
sealed interface ShutdownRequestCommand {
  /** control/shutdown was touched. */
  record ControlTouched(WatchFired fired) implements ShutdownRequestCommand {}

  record StoreAnswered(BatchResult result) implements ShutdownRequestCommand {}

  /** The domain has shut down, whatever becomes of it. */
  record HasShutDown() implements ShutdownRequestCommand {}

  /** The domain is gone. */
  record HasGone() implements ShutdownRequestCommand {}

  record AckOverdue() implements ShutdownRequestCommand {}

  /** Whoever asked is not there any more. */
  record AskerGone() implements ShutdownRequestCommand {}
}
