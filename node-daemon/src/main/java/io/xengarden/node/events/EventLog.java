package io.xengarden.node.events;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.xengarden.node.events.EventLogCommand.Append;
import io.xengarden.node.events.EventLogCommand.AtEnd;
import io.xengarden.node.events.EventLogCommand.Events;
import io.xengarden.node.events.EventLogCommand.EventsForgotten;
import io.xengarden.node.events.EventLogCommand.EventsReply;
import io.xengarden.node.events.EventLogCommand.ReadEvents;
import io.xengarden.node.events.EventLogCommand.ReaderGone;
import io.xengarden.node.events.EventLogCommand.TooManyReaders;
import io.xengarden.proto.v1.Event;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Every change of state on this host, in order (law 9). Readers pull, so a follower that stops
 * reading holds up nobody; one that falls behind the history is told so.
 */
public final class EventLog extends AbstractOnMessageBehavior<EventLogCommand> {
  /** Events kept for late readers. */
  public static final int MAX_HISTORY = 10_000;

  /** Readers that may wait for the next event at one time. */
  public static final int MAX_WAITING_READERS = 256;

  /** Events in one answer. */
  public static final int MAX_BATCH = 256;

  private final String host;
  private final InstantSource wallClock;
  private final EventHistory history = new EventHistory(MAX_HISTORY);
  private final SequencedMap<ActorRef<EventsReply>, Long> waiting = new LinkedHashMap<>();

  public static Behavior<EventLogCommand> create(String host, InstantSource wallClock) {
    return Behaviors.setup(context -> new EventLog(context, host, wallClock));
  }

  private EventLog(ActorContext<EventLogCommand> context, String host, InstantSource wallClock) {
    super(context);
    this.host = host;
    this.wallClock = wallClock;
  }

  @Override
  public Behavior<EventLogCommand> onMessage(EventLogCommand message) {
    return switch (message) {
      case Append(var event) -> append(event);
      case ReadEvents(var after, var atEnd, var replyTo) -> read(after, atEnd, replyTo);
      case ReaderGone(var reader) -> forget(reader);
    };
  }

  @Override
  public Behavior<EventLogCommand> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Behavior<EventLogCommand> append(HostEvent event) {
    Event numbered = numbered(event);
    history.append(numbered);
    getContext().getLog().info("{} {} {}", numbered.getType(), numbered.getName(), event.detail());
    for (ActorRef<EventsReply> reader : waiting.sequencedKeySet()) {
      getContext().unwatch(reader);
      reader.tell(new Events(history.after(waiting.get(reader), MAX_BATCH)));
    }
    waiting.clear();
    return this;
  }

  private Event numbered(HostEvent event) {
    Instant now = wallClock.instant();
    Event.Builder numbered =
        Event.newBuilder()
            .setSequence(history.newest() + 1)
            .setTimeNs(now.getEpochSecond() * 1_000_000_000L + now.getNano())
            .setHost(host)
            .setType(event.type())
            .setDetail(event.detail());
    event.subject().ifPresent(domain -> name(domain, numbered));
    return numbered.build();
  }

  private static void name(HostEvent.Subject domain, Event.Builder event) {
    event.setUuid(domain.uuid().toString()).setName(domain.name());
    if (domain.domid().isOrdinary()) {
      event.setDomid(domain.domid().value());
    }
  }

  private Behavior<EventLogCommand> read(long after, AtEnd atEnd, ActorRef<EventsReply> replyTo) {
    boolean asksForTheBeginning = after == 0;
    if (!asksForTheBeginning && after + 1 < history.oldest()) {
      replyTo.tell(new EventsForgotten(history.oldest()));
    } else if (after < history.newest() || atEnd == AtEnd.ANSWER) {
      replyTo.tell(new Events(history.after(after, MAX_BATCH)));
    } else if (waiting.size() >= MAX_WAITING_READERS) {
      replyTo.tell(new TooManyReaders());
    } else {
      // A sequence of the future is one of another incarnation: what comes next is new to it.
      waiting.put(replyTo, Math.min(after, history.newest()));
      getContext().watchWith(replyTo, new ReaderGone(replyTo));
    }
    return this;
  }

  private Behavior<EventLogCommand> forget(ActorRef<EventsReply> reader) {
    waiting.remove(reader);
    return this;
  }
}
