package io.xengarden.node.toolstack;

import io.xengarden.proto.v1.ToolstackError;

/** How a request to the toolstack ended. */
public sealed interface Outcome<T> {
  record Done<T>(T value) implements Outcome<T> {}

  record Refused<T>(ToolstackError error) implements Outcome<T> {}
}
