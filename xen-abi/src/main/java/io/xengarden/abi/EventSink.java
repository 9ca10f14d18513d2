package io.xengarden.abi;

/**
 * The far end of one event-channel port. May be called from any thread, never blocks, and merges
 * raises that come before the event is taken: an event is a bit, not a count.
 */
@FunctionalInterface
public interface EventSink {
  void raise();
}
