package io.xengarden.cli.garden;

import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.Session;
import io.xengarden.cli.text.Json;
import io.xengarden.cli.text.Row;
import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.ToolstackFailure;
import io.xengarden.proto.v1.Event;
import io.xengarden.proto.v1.WatchEventsRequest;
import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** An adapter: {@code events}, of one host or of all. */
final class EventsCommand {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
  private static final long NS_PER_SECOND = 1_000_000_000L;

  private final Session session;
  private final boolean json;

  EventsCommand(Session session, boolean json) {
    this.session = session;
    this.json = json;
  }

  int run(boolean follow) throws ToolstackFailure, CommandFailed {
    List<HostConnection> hosts = session.hosts().all();
    if (hosts.isEmpty()) {
      throw ToolstackFailure.unreachable("no host is running");
    }
    if (follow) {
      follow(hosts);
    } else {
      past(hosts).forEach(this::print);
    }
    return 0;
  }

  private List<Event> past(List<HostConnection> hosts) throws ToolstackFailure {
    WatchEventsRequest request = WatchEventsRequest.getDefaultInstance();
    List<Event> events = new ArrayList<>();
    for (HostConnection host : hosts) {
      host.stream(HostConnection.CALL_SECONDS, stub -> stub.watchEvents(request), events::add);
    }
    events.sort(Comparator.comparingLong(Event::getTimeNs));
    return events;
  }

  /** Until every host is gone; the last failure is what there is to say. */
  private void follow(List<HostConnection> hosts) throws ToolstackFailure, CommandFailed {
    WatchEventsRequest request = WatchEventsRequest.newBuilder().setFollow(true).build();
    AtomicReference<ToolstackFailure> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (HostConnection host : hosts) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      host.stream(0, stub -> stub.watchEvents(request), this::print);
                    } catch (ToolstackFailure e) {
                      failure.set(e);
                    }
                  }));
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(1, "interrupted");
    }
    if (failure.get() != null) {
      throw failure.get();
    }
  }

  private synchronized void print(Event event) {
    PrintStream out = session.streams().out();
    out.println(json ? toJson(event).compact() : line(event));
    out.flush();
  }

  private static Json toJson(Event event) {
    return Json.fields()
        .with("sequence", event.getSequence())
        .with("timeNs", event.getTimeNs())
        .with("host", event.getHost())
        .with("type", event.getType())
        .with("domid", event.getDomid())
        .with("uuid", event.getUuid())
        .with("name", event.getName())
        .with("detail", event.getDetail());
  }

  private static String line(Event event) {
    Instant time =
        Instant.ofEpochSecond(event.getTimeNs() / NS_PER_SECOND, event.getTimeNs() % NS_PER_SECOND);
    Row row =
        new Row()
            .text(TIME.format(time.atZone(ZoneId.systemDefault())) + "  ")
            .left(event.getHost(), 7)
            .left(event.getType(), 22);
    if (!event.getName().isEmpty()) {
      row.text(" " + event.getName() + " (" + event.getDomid() + ")");
    }
    return row.text(event.getDetail().isEmpty() ? "" : "  " + event.getDetail()).toString();
  }
}
