package io.xengarden.node.console;

import static io.xengarden.node.simulated.SimulatedHost.config;
import static io.xengarden.node.simulated.SimulatedHost.scripted;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.xengarden.node.console.ConsoleFeed.AttachRefused;
import io.xengarden.node.console.ConsoleFeed.Ended;
import io.xengarden.node.console.ConsoleFeed.Output;
import io.xengarden.node.console.DomainConsoleCommand.Attach;
import io.xengarden.node.console.DomainConsoleCommand.CancelRun;
import io.xengarden.node.console.DomainConsoleCommand.KeysAccepted;
import io.xengarden.node.console.DomainConsoleCommand.More;
import io.xengarden.node.console.DomainConsoleCommand.MoreOfRun;
import io.xengarden.node.console.DomainConsoleCommand.Run;
import io.xengarden.node.console.DomainConsoleCommand.Type;
import io.xengarden.node.console.RunFeed.RunEnded;
import io.xengarden.node.console.RunFeed.RunFailed;
import io.xengarden.node.console.RunFeed.RunOutput;
import io.xengarden.node.simulated.Mail;
import io.xengarden.node.simulated.SimulatedHost;
import io.xengarden.node.simulated.SimulatedHost.Ran;
import io.xengarden.node.toolstack.ToolstackCommand.InitialState;
import io.xengarden.sim.Seeds;
import io.xengarden.sim.SimulationRunner;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** One domain's console, on a whole host in simulation. */
class DomainConsoleTest {
  private static final byte[] A_KILOBYTE_OF_KEYS =
      "x".repeat(1024).getBytes(StandardCharsets.UTF_8);

  private static void onHost(Consumer<SimulatedHost> story) {
    onHost(Seeds.first(5), story);
  }

  private static void onHost(Seeds seeds, Consumer<SimulatedHost> story) {
    SimulationRunner.over(seeds).run(simulation -> story.accept(SimulatedHost.start(simulation)));
  }

  /** What {@code print=N} prints. */
  private static String numbers(long upTo) {
    return LongStream.rangeClosed(1, upTo).mapToObj(n -> n + "\n").collect(Collectors.joining());
  }

  // ---- output ----

  @Test
  void everythingPrintedIsInTheLog() {
    onHost(
        host -> {
          host.create(scripted("web", "print=20000").build());
          host.awaitPrinted("web", "20000\n");
          assertThat(host.console("web")).isEqualTo(numbers(20_000));
        });
  }

  @Test
  void aClientThatDoesNotReadStallsNeitherTheGuestNorAnotherClient() {
    onHost(
        host -> {
          host.create(scripted("web", "print=20000").build(), InitialState.PAUSED);
          ActorRef<DomainConsoleCommand> console = host.consoleOf("web");
          Mail<ConsoleFeed> lazy = host.mail();
          Mail<ConsoleFeed> eager = host.mail();
          console.tell(new Attach(lazy.address()));
          console.tell(new Attach(eager.address()));
          unpause(host, "web");
          String read = readUntil(host, console, eager, "20000\n");
          assertThat(read).isEqualTo(numbers(20_000));
          host.awaitPrinted("web", "20000\n");
          assertThat(lazy.next()).as("the one message that it had asked for").isPresent();
          assertThat(lazy.next()).isEmpty();

          String first = "1\n";
          console.tell(new More(lazy.address()));
          assertThat(readUntil(host, console, lazy, "20000\n"))
              .as("it has lost nothing that is still kept")
              .endsWith("19999\n20000\n")
              .doesNotContain("\n" + first);
        });
  }

  /** As in a pty: what nobody has read is there for the next to come. */
  @Test
  void outputWaitsForTheFirstClientAndIsNotRepeatedForTheSecond() {
    onHost(
        host -> {
          host.create(scripted("web", "print=100").build());
          host.awaitPrinted("web", "100\n");
          ActorRef<DomainConsoleCommand> console = host.consoleOf("web");
          Mail<ConsoleFeed> first = host.mail();
          console.tell(new Attach(first.address()));
          assertThat(readUntil(host, console, first, "100\n")).isEqualTo(numbers(100));
          Mail<ConsoleFeed> second = host.mail();
          console.tell(new Attach(second.address()));
          host.simulation().run(Duration.ofSeconds(5));
          assertThat(second.next()).isEmpty();
        });
  }

  @Test
  void aMebibyteIsKeptForClientsAndTheOldestIsForgotten() {
    onHost(
        Seeds.of(1),
        host -> {
          host.create(scripted("web", "print=200000").build());
          host.awaitPrinted("web", "200000\n");
          ActorRef<DomainConsoleCommand> console = host.consoleOf("web");
          Mail<ConsoleFeed> client = host.mail();
          console.tell(new Attach(client.address()));
          String read = readUntil(host, console, client, "200000\n");
          assertThat(read).hasSize(DomainConsole.MAX_UNREAD);
          assertThat(numbers(200_000)).endsWith(read);
          assertThat(host.console("web")).as("the log has all").hasSize(numbers(200_000).length());
        });
  }

  @Test
  void aSlowLogHoldsUpTheGuestAndLosesNothing() {
    onHost(
        host -> {
          host.consoleLogs().hold();
          host.create(scripted("web", "print=100000").build());
          host.simulation().run(Duration.ofSeconds(60));
          assertThat(host.console("web")).isEmpty();
          host.consoleLogs().release();
          host.awaitPrinted("web", "100000\n");
          assertThat(host.console("web")).isEqualTo(numbers(100_000));
        });
  }

  @Test
  void aLogThatFailsIsGivenUpAndTheConsoleGoesOn() {
    onHost(
        host -> {
          host.consoleLogs().fail();
          host.create(scripted("web", "print=1000").build(), InitialState.PAUSED);
          ActorRef<DomainConsoleCommand> console = host.consoleOf("web");
          Mail<ConsoleFeed> client = host.mail();
          console.tell(new Attach(client.address()));
          unpause(host, "web");
          assertThat(readUntil(host, console, client, "1000\n")).isEqualTo(numbers(1000));
        });
  }

  @Test
  void aGuestThatRingsWithoutEndTakesOnlyItsShare() {
    onHost(
        host -> {
          Duration begun = host.simulation().elapsed();
          host.create(scripted("web", "print=100000").build());
          host.awaitPrinted("web", "100000\n");
          Duration took = host.simulation().elapsed().minus(begun);
          long events = numbers(100_000).length() / 2048;
          long windows = events / EventWindow.MAX_EVENTS;
          assertThat(took).isGreaterThan(Duration.ofMillis((windows - 1) * EventWindow.WINDOW_MS));
        });
  }

  @Test
  void aSpoiltRingCostsTheGuestItsConsoleAndNobodyAnythingElse() {
    onHost(
        host -> {
          host.create(scripted("good", "print=10").build());
          host.create(scripted("bad", "spoil").build());
          host.simulation().run(Duration.ofSeconds(5));
          assertThat(host.console("bad")).isEmpty();
          assertThat(host.console("good")).isEqualTo(numbers(10));
          host.destroy("bad");
        });
  }

  @Test
  void clientsAreToldTheRestWhenTheDomainLeaves() {
    onHost(
        host -> {
          host.create(scripted("web", "print=100").build());
          host.awaitPrinted("web", "100\n");
          ActorRef<DomainConsoleCommand> console = host.consoleOf("web");
          Mail<ConsoleFeed> client = host.mail();
          console.tell(new Attach(client.address()));
          assertThat(readUntil(host, console, client, "100\n")).isEqualTo(numbers(100));
          host.destroy("web");
          assertThat(host.next(client)).isInstanceOf(Ended.class);
        });
  }

  @Test
  void onlySoManyClientsMayAttach() {
    onHost(
        host -> {
          host.create(scripted("web", "idle").build());
          ActorRef<DomainConsoleCommand> console = host.consoleOf("web");
          List<Mail<ConsoleFeed>> clients = new ArrayList<>();
          for (int i = 0; i < Watchers.MAX_WATCHERS; i++) {
            clients.add(host.mail());
            console.tell(new Attach(clients.getLast().address()));
          }
          Mail<ConsoleFeed> tooMany = host.mail();
          console.tell(new Attach(tooMany.address()));
          assertThat(host.next(tooMany)).isInstanceOf(AttachRefused.class);
          clients.getFirst().close();
          host.simulation().run(Duration.ofSeconds(1));
          Mail<ConsoleFeed> another = host.mail();
          console.tell(new Attach(another.address()));
          host.simulation().run(Duration.ofSeconds(1));
          assertThat(another.next()).as("a place has become free").isEmpty();
        });
  }

  // ---- input ----

  @Test
  void keysAreHeldUpWhenTheGuestDoesNotTakeThem() {
    onHost(
        host -> {
          host.create(scripted("web", "idle").build());
          ActorRef<DomainConsoleCommand> console = host.consoleOf("web");
          Mail<KeysAccepted> accepted = host.mail();
          for (int i = 0; i < 16; i++) {
            console.tell(new Type(A_KILOBYTE_OF_KEYS, accepted.address()));
          }
          host.simulation().run(Duration.ofSeconds(5));
          int taken = 0;
          while (accepted.next().isPresent()) {
            taken++;
          }
          assertThat(taken * 1024)
              .as("the ring's 1,024 and what may wait")
              .isEqualTo(1024 + Keyboard.MAX_WAITING);
        });
  }

  // ---- run ----

  @Test
  void aRunWithoutAPromptEndsWith124() {
    onHost(
        host -> {
          host.create(scripted("web", "idle").build());
          Duration begun = host.simulation().elapsed();
          assertThat(host.run("web", "uname")).isEqualTo(new Ran("", RunFeed.STATUS_NO_PROMPT));
          assertThat(host.simulation().elapsed().minus(begun)).isEqualTo(DomainConsole.PROMPT_WAIT);
        });
  }

  @Test
  void aRunStartsAtThePromptAlsoWhenItIsAskedForBeforeTheGuestHasBooted() {
    onHost(
        host -> {
          host.create(config("web").build());
          assertThat(host.run("web", "echo hello")).isEqualTo(new Ran("hello\n", 0));
          assertThat(host.run("web", "nonsense").exitStatus()).isEqualTo(127);
          assertThat(host.run("web", "echo a; echo b")).isEqualTo(new Ran("a\nb\n", 0));
        });
  }

  @Test
  void aHalfTypedLineDoesNotGetIntoARun() {
    onHost(
        host -> {
          host.create(config("web").build());
          host.awaitPrompt("web");
          Mail<KeysAccepted> accepted = host.mail();
          byte[] half = "echo half".getBytes(StandardCharsets.UTF_8);
          host.consoleOf("web").tell(new Type(half, accepted.address()));
          host.simulation().run(Duration.ofSeconds(1));
          assertThat(host.run("web", "echo whole")).isEqualTo(new Ran("whole\n", 0));
          assertThat(host.console("web")).as("nor is it run").doesNotContain("\nhalf");
        });
  }

  @Test
  void aCancelledRunIsInterruptedAndTheNextBegins() {
    onHost(
        host -> {
          host.create(config("web").build());
          ActorRef<DomainConsoleCommand> console = host.consoleOf("web");
          Mail<RunFeed> counting = host.mail();
          console.tell(new Run(command("counter"), counting.address()));
          assertThat(host.next(counting)).isInstanceOf(RunOutput.class);
          Mail<RunFeed> next = host.mail();
          console.tell(new Run(command("echo next"), next.address()));
          host.simulation().run(Duration.ofSeconds(5));
          assertThat(next.isEmpty()).as("one at a time").isTrue();
          console.tell(new CancelRun(counting.address()));
          assertThat(host.next(next)).isInstanceOf(RunOutput.class);
          console.tell(new MoreOfRun(next.address()));
          assertThat(host.next(next)).isEqualTo(new RunEnded(0));
        });
  }

  @Test
  void aWaitingRunGivesUpAfterItsOwnThirtySeconds() {
    onHost(
        host -> {
          host.create(config("web").build());
          ActorRef<DomainConsoleCommand> console = host.consoleOf("web");
          Mail<RunFeed> counting = host.mail();
          console.tell(new Run(command("counter"), counting.address()));
          assertThat(host.next(counting)).isInstanceOf(RunOutput.class);
          Mail<RunFeed> waiting = host.mail();
          console.tell(new Run(command("echo next"), waiting.address()));
          assertThat(host.next(waiting)).isEqualTo(new RunEnded(RunFeed.STATUS_NO_PROMPT));
        });
  }

  @Test
  void aRunIsToldWhenItsDomainLeaves() {
    onHost(
        host -> {
          host.create(config("web").build());
          ActorRef<DomainConsoleCommand> console = host.consoleOf("web");
          Mail<RunFeed> client = host.mail();
          console.tell(new Run(command("counter"), client.address()));
          assertThat(host.next(client)).isInstanceOf(RunOutput.class);
          host.destroy("web");
          assertThat(lastOf(host, console, client))
              .isEqualTo(new RunEnded(RunFeed.STATUS_DOMAIN_GONE));
        });
  }

  @Test
  void onlySoManyRunsMayWait() {
    onHost(
        host -> {
          host.create(scripted("web", "idle").build());
          ActorRef<DomainConsoleCommand> console = host.consoleOf("web");
          for (int i = 0; i < RunQueue.MAX_RUNS; i++) {
            console.tell(new Run(command("uname"), host.<RunFeed>mail().address()));
          }
          Mail<RunFeed> tooMany = host.mail();
          console.tell(new Run(command("uname"), tooMany.address()));
          assertThat(host.next(tooMany)).isInstanceOf(RunFailed.class);
        });
  }

  // ---- helpers ----

  private static ShellCommand command(String text) {
    try {
      return ShellCommand.of(List.of(text));
    } catch (ShellCommand.NotTypeable e) {
      throw new AssertionError(e);
    }
  }

  private static void unpause(SimulatedHost host, String name) {
    host.<io.xengarden.abi.Domid>done(
        replyTo ->
            new io.xengarden.node.toolstack.ToolstackCommand.UnpauseDomain(
                SimulatedHost.named(name), replyTo));
  }

  private static String readUntil(
      SimulatedHost host,
      ActorRef<DomainConsoleCommand> console,
      Mail<ConsoleFeed> client,
      String end) {
    StringBuilder read = new StringBuilder();
    while (read.length() < end.length()
        || !read.substring(read.length() - end.length()).equals(end)) {
      Output output = (Output) host.next(client);
      assertThat(output.bytes()).hasSizeLessThanOrEqualTo(DomainConsole.MAX_CHUNK);
      read.append(new String(output.bytes(), StandardCharsets.US_ASCII));
      console.tell(new More(client.address()));
    }
    return read.toString();
  }

  private static RunFeed lastOf(
      SimulatedHost host, ActorRef<DomainConsoleCommand> console, Mail<RunFeed> client) {
    Optional<RunFeed> last = Optional.empty();
    while (last.filter(feed -> !(feed instanceof RunOutput)).isEmpty()) {
      last = Optional.of(host.next(client));
      console.tell(new MoreOfRun(client.address()));
    }
    return last.get();
  }
}
