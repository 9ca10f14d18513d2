package io.xengarden.node.grpc;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.grpc.stub.ServerCallStreamObserver;
import io.xengarden.node.events.EventLogCommand;
import io.xengarden.node.events.EventLogCommand.AtEnd;
import io.xengarden.node.events.EventLogCommand.Events;
import io.xengarden.node.events.EventLogCommand.EventsForgotten;
import io.xengarden.node.events.EventLogCommand.EventsReply;
import io.xengarden.node.events.EventLogCommand.ReadEvents;
import io.xengarden.node.events.EventLogCommand.TooManyReaders;
import io.xengarden.node.toolstack.ToolstackErrors;
import io.xengarden.proto.v1.Event;
import io.xengarden.proto.v1.WatchEventsRequest;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** One WatchEvents call: reads the log at the client's pace. */
final class EventStream extends AbstractOnMessageBehavior<EventStream.Command> {
  sealed interface Command {}

  record Read(EventsReply reply) implements Command {}

  record HasRoom() implements Command {}

  record Cancelled() implements Command {}

  private final ActorRef<EventLogCommand> log;
  private final ActorRef<EventsReply> replies;
  private final Outlet<Event> outlet;
  private final AtEnd atEnd;
  private final Queue<Event> batch = new ArrayDeque<>();
  private long lastSequence;

  static Behavior<Command> create(
      ActorRef<EventLogCommand> log,
      WatchEventsRequest request,
      ServerCallStreamObserver<Event> call) {
    return Behaviors.setup(context -> new EventStream(context, log, request, call));
  }

  private EventStream(
      ActorContext<Command> context,
      ActorRef<EventLogCommand> log,
      WatchEventsRequest request,
      ServerCallStreamObserver<Event> call) {
    super(context);
    this.log = log;
    this.replies = context.messageAdapter(EventsReply.class, Read::new);
    this.outlet = new Outlet<>(call, this::readOn);
    this.atEnd = request.getFollow() ? AtEnd.WAIT : AtEnd.ANSWER;
    this.lastSequence = request.getAfterSequence();
    read();
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case Read(Events(var events)) -> onEvents(events);
      case Read(EventsForgotten(var oldest)) ->
          fail(
              "events after %d are kept no longer; the oldest is %d"
                  .formatted(lastSequence, oldest));
      case Read(TooManyReaders _) -> fail("too many clients follow the events");
      case HasRoom() -> {
        outlet.hasRoom();
        yield this;
      }
      case Cancelled() -> Behaviors.stopped();
    };
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.unhandled() : this;
  }

  private Behavior<Command> onEvents(List<Event> events) {
    if (events.isEmpty()) {
      outlet.complete();
      return Behaviors.stopped();
    }
    batch.addAll(events);
    readOn();
    return this;
  }

  private void readOn() {
    Event next = batch.poll();
    if (next == null) {
      read();
    } else {
      lastSequence = next.getSequence();
      outlet.send(next);
    }
  }

  private void read() {
    log.tell(new ReadEvents(lastSequence, atEnd, replies));
  }

  private Behavior<Command> fail(String why) {
    outlet.fail(ToolstackErrors.limit(why));
    return Behaviors.stopped();
  }
}
