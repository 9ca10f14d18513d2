package io.xengarden.abi;

import java.util.Arrays;
import java.util.EnumSet;

/**
 * The state each side of a split device writes to its own {@code state} node. Source:
 * xen/include/public/io/xenbus.h.
 *
 * <p>Legal edges of one side, from left to right:
 *
 * <pre>
 * UNKNOWN        INITIALISING
 * INITIALISING   INIT_WAIT INITIALISED CONNECTED CLOSING CLOSED
 * INIT_WAIT      INITIALISED CONNECTED CLOSING CLOSED
 * INITIALISED    CONNECTED CLOSING CLOSED
 * CONNECTED      RECONFIGURING RECONFIGURED CLOSING CLOSED
 * CLOSING        CLOSED
 * CLOSED         INITIALISING INIT_WAIT             a frontend, a backend starts over
 * RECONFIGURING  RECONFIGURED CONNECTED CLOSING CLOSED
 * RECONFIGURED   RECONFIGURING CONNECTED CLOSING CLOSED
 * any            itself, so that watchers look again (a resize); UNKNOWN, when the node is gone
 * </pre>
 */
public enum XenbusState {
  UNKNOWN,
  INITIALISING,
  INIT_WAIT,
  INITIALISED,
  CONNECTED,
  CLOSING,
  CLOSED,
  RECONFIGURING,
  RECONFIGURED;

  private static final XenbusState[] BY_NUMBER = values();

  /** The number in the node; the enum is declared in the ABI's order. */
  public int number() {
    return ordinal();
  }

  /** Anything that is no state is UNKNOWN. */
  public static XenbusState of(int number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
  }

  /** A state node's text; anything that is not a state's number is UNKNOWN. */
  public static XenbusState parse(String text) {
    return Arrays.stream(BY_NUMBER)
        .filter(state -> Integer.toString(state.number()).equals(text))
        .findFirst()
        .orElse(UNKNOWN);
  }

  /** Whether one side that is in {@code previous} may write this state. */
  public boolean mayFollow(XenbusState previous) {
    return this == previous || this == UNKNOWN || previous.successors().contains(this);
  }

  private EnumSet<XenbusState> successors() {
    return switch (this) {
      case UNKNOWN -> EnumSet.of(INITIALISING);
      case INITIALISING -> EnumSet.of(INIT_WAIT, INITIALISED, CONNECTED, CLOSING, CLOSED);
      case INIT_WAIT -> EnumSet.of(INITIALISED, CONNECTED, CLOSING, CLOSED);
      case INITIALISED -> EnumSet.of(CONNECTED, CLOSING, CLOSED);
      case CONNECTED -> EnumSet.of(RECONFIGURING, RECONFIGURED, CLOSING, CLOSED);
      case CLOSING -> EnumSet.of(CLOSED);
      case CLOSED -> EnumSet.of(INITIALISING, INIT_WAIT);
      case RECONFIGURING -> EnumSet.of(RECONFIGURED, CONNECTED, CLOSING, CLOSED);
      case RECONFIGURED -> EnumSet.of(RECONFIGURING, CONNECTED, CLOSING, CLOSED);
    };
  }
}
