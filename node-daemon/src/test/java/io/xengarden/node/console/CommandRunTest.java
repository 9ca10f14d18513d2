package io.xengarden.node.console;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestInbox;
import io.xengarden.node.console.RunFeed.RunEnded;
import io.xengarden.node.console.RunFeed.RunFailed;
import io.xengarden.node.console.RunFeed.RunOutput;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandRunTest {
  private static final String NONCE = "X0123456789abcdef";

  private final TestInbox<RunFeed> inbox = TestInbox.create();
  private final CommandRun run = new CommandRun(command(), inbox.getRef(), NONCE);

  private static ShellCommand command() {
    try {
      return ShellCommand.of(List.of("cat"));
    } catch (ShellCommand.NotTypeable e) {
      throw new AssertionError(e);
    }
  }

  private boolean prints(String text) {
    return run.feed(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void theClientIsToldOneThingForEachTimeItAsks() {
    prints(NONCE + ":begin\r\none\r\n");
    prints("two\r\n");
    assertThat(prints(NONCE + ":end:3\r\n")).as("over").isTrue();
    assertThat(text(inbox.receiveMessage())).isEqualTo("one\n");
    assertThat(inbox.hasMessages()).isFalse();
    run.clientAsksForMore();
    assertThat(text(inbox.receiveMessage())).isEqualTo("two\n");
    assertThat(run.isDelivered()).isFalse();
    run.clientAsksForMore();
    assertThat(inbox.receiveMessage()).isEqualTo(new RunEnded(3));
    assertThat(run.isDelivered()).isTrue();
  }

  @Test
  void outputThatIsNotReadIsKeptUpToALimitAndThenTheRunFails() {
    prints(NONCE + ":begin\r\nfirst\r\n");
    assertThat(text(inbox.receiveMessage())).isEqualTo("first\n");
    String line = "y".repeat(1023) + "\n";
    for (int i = 0; i <= CommandRun.MAX_BACKLOG / line.length(); i++) {
      prints(line);
    }
    prints(NONCE + ":end:0\r\n");
    run.clientAsksForMore();
    assertThat(inbox.receiveMessage()).isInstanceOf(RunFailed.class);
  }

  @Test
  void aClientOfADomainThatLeavesIsToldEverythingAtOnce() {
    prints(NONCE + ":begin\r\none\r\n");
    prints("two\r\n");
    run.endAtOnce(new RunEnded(RunFeed.STATUS_DOMAIN_GONE));
    assertThat(inbox.getAllReceived()).hasSize(3).last().isEqualTo(new RunEnded(125));
  }

  private static String text(RunFeed feed) {
    return new String(((RunOutput) feed).bytes(), StandardCharsets.US_ASCII);
  }
}
