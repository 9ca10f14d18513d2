package io.xengarden.cli.garden;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.cli.command.CommandFailed;
import io.xengarden.cli.command.Streams;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the demo tells the truth when something does not hold; that all holds is for real hosts. */
class DemoTest {
  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<List<String>> typed = new ArrayList<>();

  private int demo(int exitCode, String output) throws CommandFailed {
    PrintStream print = new PrintStream(out, true);
    Streams streams = new Streams(InputStream.nullInputStream(), print, print, directory);
    return new Demo(
            streams,
            (inner, line) -> {
              typed.add(line.subList(2, line.size()));
              inner.out().print(output);
              return exitCode;
            })
        .run(false);
  }

  private Path files() {
    return Path.of(
        out.toString()
            .lines()
            .filter(line -> line.startsWith("The cluster's files are in "))
            .map(line -> line.substring("The cluster's files are in ".length()))
            .findFirst()
            .orElseThrow());
  }

  @Test
  void aCommandThatFailsFailsTheDemo() throws Exception {
    assertThat(demo(1, "")).isEqualTo(1);
    assertThat(out.toString()).contains("\nNOT SO: up --hosts 3 exits with 0\n");
    assertThat(typed).containsExactly(List.of("up", "--hosts", "3"));
    Files.delete(files());
  }

  @Test
  void aCommandThatPrintsOtherThanItShouldFailsTheDemo() throws Exception {
    assertThat(demo(0, "host1   Down\n")).isEqualTo(1);
    assertThat(out.toString()).contains("\nNOT SO: host1 is Up\n");
    Files.delete(files());
  }

  @Test
  void theEchoOfWhatWasTypedIsNoAnswer() {
    assertThat(ConsoleProbe.isAnswered("pebble# echo x7\r\n", "x7")).isFalse();
    assertThat(ConsoleProbe.isAnswered("echo x7\r\npebble# x7\r\n", "x7")).isTrue();
    assertThat(ConsoleProbe.isAnswered("pebble# echo x7\r\nx7\r\npebble# ", "x7")).isTrue();
  }
}
