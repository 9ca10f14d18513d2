package io.xengarden.domain.pebble;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.ConsoleRing;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TerminalTest {
  private final Bench bench = new Bench(Bench.Setup.plain());

  @BeforeEach
  void boot() {
    bench.awaitPrompt();
    bench.console.setLength(0);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private String typed(String text) {
    bench.console.setLength(0);
    bench.type(text);
    bench.run(100_000_000);
    return bench.console.toString();
  }

  @Test
  void echoesAndEndsLinesWithReturnAndFeed() {
    assertThat(typed("echo a b\r")).isEqualTo("echo a b\r\na b\r\npebble# ");
    assertThat(typed("\r")).isEqualTo("\r\npebble# ");
    assertThat(typed("echo c\n")).isEqualTo("echo c\r\nc\r\npebble# ");
  }

  @Test
  void erasesBytesAndWholeCharacters() {
    assertThat(typed("echo ab\bc\u007fd\r")).isEqualTo("echo ab\b \bc\b \bd\r\nad\r\npebble# ");
    assertThat(typed("echo é\u007fe\r")).endsWith("\r\ne\r\npebble# ");
    assertThat(typed("\b\u007f")).as("nothing to erase").isEmpty();
  }

  @Test
  void killsTheLine() {
    assertThat(typed("rubbish\u0015echo x\r")).isEqualTo("rubbish^U\r\necho x\r\nx\r\npebble# ");
  }

  @Test
  void ignoresEndOfFileAndCursorKeys() {
    assertThat(typed("\u0004")).isEmpty();
    assertThat(typed("echo \u001b[Ax\u001bOBy\u001b[1;5Cz\r"))
        .isEqualTo("echo xyz\r\nxyz\r\npebble# ");
  }

  @Test
  void interruptEndsTheForegroundJobAndTheRestOfTheLine() {
    assertThat(typed("sleep 1000; echo not this\r")).isEqualTo("sleep 1000; echo not this\r\n");
    assertThat(typed("\u0003")).isEqualTo("^C\r\npebble# ");
    assertThat(typed("echo $?\r")).contains("130");
  }

  @Test
  void interruptAtThePromptDropsTheLine() {
    assertThat(typed("echo no\u0003")).isEqualTo("echo no^C\r\npebble# ");
    assertThat(typed("\u0003")).isEqualTo("^C\r\npebble# ");
    assertThat(typed("echo $?\r")).contains("130");
  }

  @Test
  void refusesMoreThanALineHolds() {
    String echo = typed("echo " + "x".repeat(1100));
    assertThat(echo.chars().filter(c -> c == 7)).as("bells").hasSize(1100 + 5 - 1023);
    assertThat(typed("\r")).contains("x".repeat(1018) + "\r\npebble# ");
  }

  @Test
  void typingAheadWaitsForThePrompt() {
    assertThat(typed("sleep 0.05\recho one\recho two\r"))
        .contains("pebble# one\r\n")
        .endsWith("pebble# two\r\npebble# ");
  }

  @Test
  void outputWaitsForRoomAndLosesNothing() {
    bench.readConsole = false;
    bench.type("dmesg; dmesg; dmesg; dmesg; help; help\r");
    bench.run(1_000_000_000);
    assertThat(ConsoleRing.outAvailable(bench.consolePage, 0)).isGreaterThan(1000);
    bench.readConsole = true;
    bench.run(1_000_000_000);
    assertThat(bench.console.toString().split("Booting paravirtualized", -1)).hasSize(5);
    assertThat(bench.console.toString()).endsWith("crash the kernel\r\npebble# ");
  }

  @Test
  void interruptReachesAJobWhoseOutputNobodyReads() {
    bench.readConsole = false;
    bench.type("dd if=/dev/zero of=/dev/null; help; help; help; help; help\r");
    bench.run(100_000_000);
    bench.type("typed ahead");
    bench.type("\u0003");
    bench.run(100_000_000);
    bench.readConsole = true;
    bench.run(1_000_000_000);
    assertThat(bench.atPrompt()).isTrue();
    assertThat(bench.console.toString()).doesNotContain("list the commands");
  }

  @Test
  void aConsoleRingThatCannotBeHurtsNobody() {
    bench.readConsole = false;
    bench.consolePage.putInt(ConsoleRing.OUT_CONS, 0x1234_5678);
    bench.type("echo into the void\r");
    bench.run(1_000_000_000);
    assertThat(bench.domain.live.isShutDown()).isFalse();
    bench.consolePage.putInt(ConsoleRing.IN_PROD, 0x7fff_0000);
    bench.raise(2).raise();
    bench.run(1_000_000_000);
    assertThat(bench.domain.live.isShutDown()).as("the guest lives on").isFalse();
  }
}
