package io.xengarden.node.simulated;

import io.xengarden.proto.v1.ToolstackError;

/** The host refused what a test asked for. */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient ToolstackError error;

  Refused(ToolstackError error) {
    super(error.getMessage());
    this.error = error;
  }

  public ToolstackError error() {
    return error;
  }
}
