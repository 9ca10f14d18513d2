package io.xengarden.node.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RunTranscriptProperties {
  private static final String NONCE = "X0123456789abcdef";

  private record Found(String output, OptionalInt status) {}

  /** Words that a command's output may hold, those that look like marks above all. */
  @Provide
  Arbitrary<String> outputs() {
    return Arbitraries.of(
            "hello",
            "\r\n",
            "\n",
            "\r",
            "X",
            NONCE,
            NONCE + ":end:",
            NONCE + ":end:$?",
            ":end:0",
            "pebble# ",
            NONCE + ":begin\r\n",
            "7",
            NONCE + ":en",
            "\u00e9")
        .list()
        .ofMaxSize(12)
        .map(words -> String.join("", words))
        .filter(text -> !text.matches("(?s).*" + NONCE + ":end:\\d.*"));
  }

  /** However the console cuts it. */
  @Property
  void findsExactlyWhatLiesBetweenTheMarks(
      @ForAll("outputs") String output,
      @ForAll @IntRange(max = 255) int status,
      @ForAll @Size(max = 40) List<@IntRange(min = 1, max = 9) Integer> cuts) {
    String echo = "pebble# " + RunTranscript.typedLine(NONCE, "cat x") + "\r\n";
    // A digit right behind the mark would read as the status: the shell's echo begins a word there.
    String console =
        echo + NONCE + ":begin\r\n" + output + NONCE + ":end:" + status + "\r\npebble# ";

    Found found = feed(console.getBytes(StandardCharsets.UTF_8), cuts);

    assertThat(found.status()).hasValue(status);
    assertThat(found.output()).isEqualTo(withoutCarriageReturns(output));
  }

  @Example
  void theEchoOfTheTypedLineIsNoOutput() {
    Found found =
        feed(RunTranscript.typedLine(NONCE, "uname").getBytes(StandardCharsets.UTF_8), List.of());
    assertThat(found).isEqualTo(new Found("", OptionalInt.empty()));
  }

  @Example
  void outputWithoutNewlineAtItsEndKeepsItsEnd() {
    String console = NONCE + ":begin\r\nno newline" + NONCE + ":end:0\r\n";
    assertThat(feed(console.getBytes(StandardCharsets.UTF_8), List.of(1)))
        .isEqualTo(new Found("no newline", OptionalInt.of(0)));
  }

  private static Found feed(byte[] console, List<Integer> cuts) {
    RunTranscript transcript = new RunTranscript(NONCE);
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    int at = 0;
    for (int i = 0; at < console.length; i++) {
      int length = cuts.isEmpty() ? console.length : cuts.get(i % cuts.size());
      int end = Math.min(console.length, at + length);
      output.writeBytes(transcript.feed(java.util.Arrays.copyOfRange(console, at, end)));
      at = end;
    }
    return new Found(output.toString(StandardCharsets.UTF_8), transcript.exitStatus());
  }

  /** CRLF is LF; a CR that the end mark follows is the terminal's. */
  private static String withoutCarriageReturns(String output) {
    String text = output.replace("\r\n", "\n");
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
