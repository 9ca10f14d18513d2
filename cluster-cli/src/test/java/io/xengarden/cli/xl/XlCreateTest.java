package io.xengarden.cli.xl;

import static io.xengarden.cli.toolstack.FakeToolstack.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.cli.Typed;
import io.xengarden.cli.Typed.Result;
import io.xengarden.proto.v1.ConsoleInput;
import io.xengarden.proto.v1.CreateDomainRequest;
import io.xengarden.proto.v1.DomainConfig;
import io.xengarden.proto.v1.ToolstackError.Reason;
import io.xengarden.proto.v1.UnpauseDomainRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XlCreateTest {
  @TempDir Path directory;
  private Typed xen;

  @BeforeEach
  void aHostAndAFile() throws IOException {
    xen = Typed.on(directory, 1);
    Files.writeString(
        directory.resolve("web.cfg"),
        """
        # a guest
        name = "web"
        kernel = 'builtin:pebble'
        memory = 64
        disk = [ "file:web.img,xvda,w" ]
        """);
  }

  @AfterEach
  void close() {
    xen.close();
  }

  private CreateDomainRequest request() {
    return xen.host().requests.stream()
        .filter(CreateDomainRequest.class::isInstance)
        .map(CreateDomainRequest.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theFileIsReadHereAndSentWhole() {
    assertThat(xen.run("xl", "create", "web.cfg"))
        .isEqualTo(new Result(0, "", "Parsing config from web.cfg\n"));
    DomainConfig config = request().getConfig();
    assertThat(config.getName()).isEqualTo("web");
    assertThat(config.getMemoryKib()).isEqualTo(65_536);
    assertThat(config.getDisks(0).getTarget()).isEqualTo(directory.resolve("web.img").toString());
    assertThat(request().getPaused()).isFalse();
  }

  @Test
  void argumentsOverrideTheFile() {
    xen.run("xl", "create", "-qp", "web.cfg", "memory=128", "name=\"other\"");
    assertThat(request().getConfig().getName()).isEqualTo("other");
    assertThat(request().getConfig().getMemoryKib()).isEqualTo(131_072);
    assertThat(request().getPaused()).isTrue();
  }

  @Test
  void devNullMeansArgumentsOnly() {
    Result result =
        xen.run("xl", "create", "/dev/null", "name='a'", "kernel='builtin:pebble'", "memory=16");
    assertThat(result).isEqualTo(new Result(0, "", "Parsing config from /dev/null\n"));
    assertThat(request().getConfig().getName()).isEqualTo("a");
  }

  @Test
  void theFileMayBeNamedByAnOption() {
    assertThat(xen.run("xl", "create", "-q", "-f", "web.cfg")).isEqualTo(new Result(0, "", ""));
    assertThat(xen.run("xl", "create", "-f", "web.cfg", "more.cfg").exitCode()).isEqualTo(2);
    assertThat(xen.run("xl", "create").exitCode()).isEqualTo(2);
  }

  @Test
  void aDryRunPrintsTheConfigurationAndCreatesNothing() {
    Result result = xen.run("xl", "create", "-n", "-q", "web.cfg");
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).startsWith("{\n    \"c_info\": {\n        \"type\": \"pv\",\n");
    assertThat(request().getDryRun()).isTrue();
    assertThat(xen.host().domains).isEmpty();
  }

  @Test
  void aMissingFileIsErrorFail() {
    assertThat(xen.run("xl", "create", "nope.cfg"))
        .isEqualTo(
            new Result(3, "", "Failed to read config file: nope.cfg: No such file or directory\n"));
    assertThat(xen.run("xl", "create", directory.toString()).exitCode()).isEqualTo(3);
    assertThat(xen.host().requests).isEmpty();
  }

  @Test
  void aMalformedFileIsNamedWithLineAndColumn() throws IOException {
    Files.writeString(directory.resolve("bad.cfg"), "name = \"x\"\nmemory = sixty\n");
    assertThat(xen.run("xl", "create", "-q", "bad.cfg"))
        .isEqualTo(
            new Result(
                1,
                "",
                "bad.cfg:2:10: expected a string, a number or `[', not a word: strings need"
                    + " quotes\n"));
    assertThat(xen.run("xl", "create", "-q", "web.cfg", "memory=x").err())
        .startsWith("command line:1:8: ");
    assertThat(xen.host().requests).isEmpty();
  }

  @Test
  void anEndlessFileIsRefused() {
    assertThat(xen.run("xl", "create", "/dev/zero"))
        .isEqualTo(new Result(3, "", "Failed to read config file: /dev/zero: File too large\n"));
  }

  @Test
  void aRefusalExitsWithLibxlsNumber() {
    xen.host().refusal = error(Reason.REASON_NOT_ENOUGH_MEMORY, 5, "not enough memory on host1");
    assertThat(xen.run("xl", "create", "-q", "web.cfg"))
        .isEqualTo(new Result(5, "", "libxl: error: not enough memory on host1\n"));
    xen.host().refusal = error(Reason.REASON_UNSPECIFIED, 0, "something");
    assertThat(xen.run("xl", "create", "-q", "web.cfg").exitCode())
        .as("a failure without a number is ERROR_FAIL")
        .isEqualTo(3);
  }

  @Test
  void theConsoleIsAttachedBeforeTheGuestRuns() {
    xen.host().consoleEndsAtOnce = false;
    Result result = xen.typing("bye").run("xl", "create", "-q", "-c", "web.cfg");
    assertThat(result).isEqualTo(new Result(0, "login: bye", ""));
    assertThat(request().getPaused()).isTrue();
    assertThat(xen.host().requests)
        .anyMatch(ConsoleInput.class::isInstance)
        .anyMatch(UnpauseDomainRequest.class::isInstance);
  }
}
