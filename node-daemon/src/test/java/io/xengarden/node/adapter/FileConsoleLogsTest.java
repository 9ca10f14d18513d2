package io.xengarden.node.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.node.console.ConsoleLogs.ConsoleLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileConsoleLogsTest {
  @TempDir Path folder;

  @Test
  void appendsAreWrittenInOrderAndAcrossReopening() throws Exception {
    FileConsoleLogs logs = new FileConsoleLogs(folder);
    ConsoleLog first = logs.open("web");
    for (int i = 0; i < 100; i++) {
      first.append(bytes(i + " "), _ -> {});
    }
    append(first, "end\n");
    append(logs.open("web"), "again");
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      expected.append(i).append(' ');
    }
    assertThat(folder.resolve("guest-web.log")).hasContent(expected + "end\nagain");
  }

  @Test
  void aFullFileBecomesThePredecessor() throws Exception {
    ConsoleLog log = new FileConsoleLogs(folder).open("web");
    append(log, "a".repeat((int) FileConsoleLogs.MAX_FILE_BYTES));
    append(log, "b");
    append(log, "c".repeat((int) FileConsoleLogs.MAX_FILE_BYTES));
    assertThat(Files.size(folder.resolve("guest-web.log")))
        .isEqualTo(FileConsoleLogs.MAX_FILE_BYTES);
    assertThat(folder.resolve("guest-web.log.1")).hasContent("b");
  }

  @Test
  void aNameThatIsNoFileNameStaysInTheFolder() throws Exception {
    FileConsoleLogs logs = new FileConsoleLogs(folder);
    append(logs.open("../evil"), "x");
    assertThat(folder.resolve("guest-..%2Fevil.log")).hasContent("x");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void aFailureIsTold() throws Exception {
    ConsoleLog log = new FileConsoleLogs(folder.resolve("missing")).open("web");
    assertThat(tryAppend(log, "x")).isPresent();
  }

  private static void append(ConsoleLog log, String text) throws Exception {
    assertThat(tryAppend(log, text)).isEmpty();
  }

  private static Optional<IOException> tryAppend(ConsoleLog log, String text) throws Exception {
    CompletableFuture<Optional<IOException>> done = new CompletableFuture<>();
    log.append(bytes(text), failure -> done.complete(Optional.ofNullable(failure)));
    return done.get(60, TimeUnit.SECONDS);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
