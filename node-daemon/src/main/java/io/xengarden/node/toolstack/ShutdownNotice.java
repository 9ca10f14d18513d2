package io.xengarden.node.toolstack;

import io.xengarden.proto.v1.ShutdownProgress;
import io.xengarden.proto.v1.ToolstackError;

/** What whoever asked for a shutdown is told, until the point it wanted to wait for. */
public sealed interface ShutdownNotice {
  record Progress(ShutdownProgress progress) implements ShutdownNotice {}

  /** Last: the point was reached. */
  record ShutdownDone() implements ShutdownNotice {}

  /** Last: it was not, and will not be. */
  record ShutdownFailed(ToolstackError error) implements ShutdownNotice {}
}
