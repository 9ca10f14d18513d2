package io.xengarden.node.relocation;

import io.xengarden.proto.v1.RelocationProgress;
import io.xengarden.proto.v1.ToolstackError;

/** What whoever asked for a save, a restore or a migration is told. It may vanish meanwhile. */
public sealed interface RelocationUpdate {
  record Progress(RelocationProgress progress) implements RelocationUpdate {}

  /** Last: it is done; a summary came before. */
  record Finished() implements RelocationUpdate {}

  /** Last: it is not, and everything is as it was unless the error says otherwise. */
  record Failed(ToolstackError error) implements RelocationUpdate {}
}
