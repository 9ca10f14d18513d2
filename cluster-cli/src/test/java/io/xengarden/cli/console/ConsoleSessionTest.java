package io.xengarden.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.cli.Typed;
import io.xengarden.cli.Typed.Result;
import io.xengarden.cli.toolstack.HostConnection;
import io.xengarden.cli.toolstack.Target;
import io.xengarden.proto.v1.ConsoleInput;
import io.xengarden.proto.v1.DomainInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Standard input is no terminal here: bytes are piped. */
class ConsoleSessionTest {
  @TempDir Path directory;
  private Typed xen;

  @BeforeEach
  void aGuest() throws IOException {
    xen = Typed.on(directory, 1);
    xen.host().domains.add(DomainInfo.newBuilder().setDomid(3).setName("web").build());
  }

  @AfterEach
  void close() {
    xen.close();
  }

  @Test
  void bytesArePipedUntilTheDomainGoesAway() {
    assertThat(xen.typing("ls\nbye").run("xl", "console", "web"))
        .isEqualTo(new Result(0, "login: ls\nbye", ""));
  }

  @Test
  void theEndOfInputIsNotTheEndOfTheConsole() throws InterruptedException {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (!"end of input".equals(xen.host().requests.take())) {
                  // Everything before it.
                }
                xen.host().close();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Result result = xen.typing("").run("xl", "console", "web");
    assertThat(result.out()).isEqualTo("login: ");
    assertThat(result.exitCode()).as("the host itself went away").isEqualTo(1);
  }

  @Test
  void longInputIsSentInMessagesTheProtocolAllows() {
    String text = "x".repeat(10_000) + "bye";
    assertThat(xen.typing(text).run("xm", "console", "web").out()).isEqualTo("login: " + text);
    assertThat(xen.host().requests)
        .filteredOn(ConsoleInput.class::isInstance)
        .allSatisfy(
            input ->
                assertThat(((ConsoleInput) input).getKeys().size())
                    .isLessThanOrEqualTo(ConsoleCall.MAX_KEYS));
  }

  @Test
  void anUnknownDomainHasNoConsole() {
    assertThat(xen.run("xl", "console", "99"))
        .isEqualTo(new Result(1, "", "Unable to attach console: no such domain\n"));
    assertThat(xen.run("xl", "console", "-t", "serial", "web").exitCode()).isEqualTo(1);
    assertThat(xen.run("xl", "console", "-e", "abc", "web"))
        .isEqualTo(new Result(1, "", "Invalid escape character `abc'\n"));
  }

  @Test
  void detachingCancelsTheCall() throws Exception {
    var output = new LinkedBlockingQueue<String>();
    try (HostConnection host = HostConnection.open("host1", xen.host().address())) {
      ConsoleCall call =
          ConsoleCall.open(new Target(host, 3), data -> output.add(data.toStringUtf8()));
      assertThat(output.take()).isEqualTo("login: ");
      call.detach();
      call.await();
      assertThat(xen.host().cancelled.take()).isEqualTo("console");
    }
  }

  @Test
  void theEscapeKeyIsControlBracketOrWhatIsAskedFor() {
    assertThat(EscapeKey.STANDARD.code()).isEqualTo((byte) 0x1d);
    assertThat(EscapeKey.parse("^]")).contains(EscapeKey.STANDARD);
    assertThat(EscapeKey.parse("^a")).contains(new EscapeKey((byte) 1));
    assertThat(EscapeKey.parse("~")).contains(new EscapeKey((byte) '~'));
    assertThat(EscapeKey.parse("^1")).isEmpty();
    assertThat(EscapeKey.parse("")).isEmpty();
  }

  @Test
  void nothingIsLostBetweenManyMessages() {
    ByteArrayOutputStream typed = new ByteArrayOutputStream();
    for (int i = 0; i < 2000; i++) {
      typed.writeBytes((i + ";").getBytes(StandardCharsets.UTF_8));
    }
    String text = typed.toString(StandardCharsets.UTF_8) + "bye";
    assertThat(xen.typing(text).run("xl", "console", "web").out()).isEqualTo("login: " + text);
  }
}
