package io.xengarden.node.events;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.xengarden.abi.Domid;
import io.xengarden.node.events.EventLogCommand.Append;
import io.xengarden.node.events.EventLogCommand.AtEnd;
import io.xengarden.node.events.EventLogCommand.Events;
import io.xengarden.node.events.EventLogCommand.EventsForgotten;
import io.xengarden.node.events.EventLogCommand.EventsReply;
import io.xengarden.node.events.EventLogCommand.ReadEvents;
import io.xengarden.node.events.EventLogCommand.TooManyReaders;
import io.xengarden.node.simulated.Mail;
import io.xengarden.node.simulated.SimulatedHost;
import io.xengarden.proto.v1.Event;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.SimulationRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The log of a whole host in simulation; its first event is the host's own. */
class EventLogTest {
  private static void onHost(Consumer<SimulatedHost> story) {
    SimulationRunner.over(Seeds.first(5))
        .run(simulation -> story.accept(SimulatedHost.start(simulation)));
  }

  private static void append(SimulatedHost host, String detail) {
    host.actors().events().tell(new Append(HostEvent.ofHost("test", detail)));
  }

  private static EventsReply read(SimulatedHost host, long after) {
    return host.<EventsReply>ask(
        replyTo -> host.actors().events().tell(new ReadEvents(after, AtEnd.ANSWER, replyTo)));
  }

  private static List<Event> events(EventsReply reply) {
    return ((Events) reply).events();
  }

  @Test
  void anEventSaysWhenWhereAndToWhomItHappened() {
    onHost(
        host -> {
          UUID uuid = new UUID(1, 2);
          HostEvent.Subject web = new HostEvent.Subject(Domid.of(7), uuid, "web");
          host.simulation().run(Duration.ofSeconds(5));
          host.actors()
              .events()
              .tell(new Append(HostEvent.ofDomain("domain.created", web, "64 MiB")));
          Event event = events(read(host, 1)).getFirst();
          assertThat(event)
              .isEqualTo(
                  Event.newBuilder()
                      .setSequence(2)
                      .setTimeNs(host.now().getEpochSecond() * 1_000_000_000)
                      .setHost("host1")
                      .setType("domain.created")
                      .setDomid(7)
                      .setUuid(uuid.toString())
                      .setName("web")
                      .setDetail("64 MiB")
                      .build());
        });
  }

  @Test
  void aReaderAtTheEndWaitsForTheNextEvent() {
    onHost(
        host -> {
          Mail<EventsReply> reader = host.mail();
          host.actors().events().tell(new ReadEvents(1, AtEnd.WAIT, reader.address()));
          host.simulation().run(Duration.ofHours(1));
          assertThat(reader.isEmpty()).isTrue();
          append(host, "next");
          assertThat(events(host.next(reader)))
              .singleElement()
              .satisfies(event -> assertThat(event.getDetail()).isEqualTo("next"));
        });
  }

  @Test
  void whoAsksForForgottenEventsIsToldSo() {
    SimulationRunner.over(Seeds.of(1))
        .run(
            simulation -> {
              SimulatedHost host = SimulatedHost.start(simulation);
              for (int i = 0; i < EventLog.MAX_HISTORY + 10; i++) {
                append(host, "e" + i);
              }
              assertThat(read(host, 5)).isEqualTo(new EventsForgotten(12));
              assertThat(events(read(host, 0)).getFirst().getSequence())
                  .as("from the beginning is from what there is")
                  .isEqualTo(12);
              assertThat(host.events())
                  .as("all that is kept, without gaps")
                  .hasSize(EventLog.MAX_HISTORY)
                  .last()
                  .satisfies(last -> assertThat(last.getDetail()).endsWith("9"));
            });
  }

  @Test
  void anAnswerHasSoManyEventsAndNoMore() {
    onHost(
        host -> {
          for (int i = 0; i < EventLog.MAX_BATCH + 10; i++) {
            append(host, "e" + i);
          }
          assertThat(events(read(host, 1))).hasSize(EventLog.MAX_BATCH);
        });
  }

  @Test
  void onlySoManyReadersMayWaitAndOneThatEndsMakesRoom() {
    onHost(
        host -> {
          ActorRef<EventLogCommand> log = host.actors().events();
          List<Mail<EventsReply>> readers = new ArrayList<>();
          for (int i = 0; i < EventLog.MAX_WAITING_READERS; i++) {
            readers.add(host.mail());
            log.tell(new ReadEvents(1, AtEnd.WAIT, readers.getLast().address()));
          }
          Mail<EventsReply> tooMany = host.mail();
          log.tell(new ReadEvents(1, AtEnd.WAIT, tooMany.address()));
          assertThat(host.next(tooMany)).isEqualTo(new TooManyReaders());
          readers.getFirst().close();
          host.simulation().run(Duration.ofSeconds(1));
          Mail<EventsReply> another = host.mail();
          log.tell(new ReadEvents(1, AtEnd.WAIT, another.address()));
          host.simulation().run(Duration.ofSeconds(1));
          assertThat(another.isEmpty()).isTrue();
        });
  }
}
