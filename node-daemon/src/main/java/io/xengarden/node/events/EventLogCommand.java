package io.xengarden.node.events;

import akka.actor.typed.ActorRef;
import io.xengarden.proto.v1.Event;
import java.util.List;

/** What the host's event log is told and asked. */
public sealed interface EventLogCommand {

  /** Something changed. */
  record Append(HostEvent event) implements EventLogCommand {}

  /**
   * Whether a reader at the end of the log waits for the next event or is told that it is there.
   */
  enum AtEnd {
    WAIT,
    ANSWER
  }

  /**
   * The next events after {@code afterSequence}. The reader pulls: it asks again when it has dealt
   * with the answer, so that a slow reader costs the log nothing. With {@code WAIT} the answer
   * comes when there is at least one event.
   */
  record ReadEvents(long afterSequence, AtEnd atEnd, ActorRef<EventsReply> replyTo)
      implements EventLogCommand {}

  /** A waiting reader ended. */
  record ReaderGone(ActorRef<EventsReply> reader) implements EventLogCommand {}

  sealed interface EventsReply {}

  /** In order; empty only at the end of the log without waiting. */
  record Events(List<Event> events) implements EventsReply {}

  /** Events after the asked-for one were dropped from the history already. */
  record EventsForgotten(long oldestKept) implements EventsReply {}

  /** {@link EventLog#MAX_WAITING_READERS} are waiting already. */
  record TooManyReaders() implements EventsReply {}
}
