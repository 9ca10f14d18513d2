package io.xengarden.sim;

import java.io.Serial;

/** A run broke a rule of simulation, or a story failed; the message names the seed to replay. */
public final class SimulationFailed extends AssertionError {
  @Serial private static final long serialVersionUID = 1L;

  SimulationFailed(String message) {
    super(message);
  }

  SimulationFailed(String message, Throwable cause) {
    super(message, cause);
  }
}
