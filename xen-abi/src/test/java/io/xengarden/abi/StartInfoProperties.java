package io.xengarden.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xengarden.machine.Memory;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class StartInfoProperties {
  private static final long BASE = GuestPage.BASE;

  @Property
  void whatIsWrittenIsRead(
      @ForAll @Size(value = 11) long[] words,
      @ForAll @Size(value = 3) int[] ints,
      @ForAll @StringLength(max = 300) String cmdLine) {
    String text = new String(cmdLine.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    Assume.that(text.indexOf(0) < 0 && text.indexOf('\uFFFD') < 0);
    try (GuestPage page = new GuestPage()) {
      StartInfo info = startInfo(words, ints, text);
      info.writeTo(page.memory, BASE);

      assertThat(StartInfo.readFrom(page.view(), 0)).isEqualTo(info);
      assertThat(page.memory.read(BASE + StartInfo.SIZE, Memory.PAGE_SIZE - StartInfo.SIZE))
          .as("the rest of the page")
          .containsOnly(0);
    }
  }

  @Property
  void anyBytesReadWithoutFailing(@ForAll @Size(value = StartInfo.SIZE) byte[] bytes) {
    try (GuestPage page = new GuestPage()) {
      page.memory.write(BASE, bytes);
      StartInfo info = StartInfo.readFrom(page.memory, BASE);

      info.writeTo(page.memory, BASE);
      assertThat(StartInfo.readFrom(page.memory, BASE)).isEqualTo(info);
    }
  }

  @Example
  void anOldLongCommandLineLeavesNothingBehindAShorterOne() {
    try (GuestPage page = new GuestPage()) {
      startInfo(new long[11], new int[3], "x".repeat(1023)).writeTo(page.memory, BASE);
      startInfo(new long[11], new int[3], "quiet").writeTo(page.memory, BASE);

      assertThat(page.memory.read(BASE + StartInfo.CMD_LINE + 5, 1019)).containsOnly(0);
    }
  }

  @Example
  void aStringThatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> startInfo(new long[11], new int[3], "x".repeat(1024)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 1023");
    assertThatThrownBy(() -> startInfo(new long[11], new int[3], "\u00fc".repeat(512)))
        .as("bytes count, not characters")
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> startInfo(new long[11], new int[3], "a\0b"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static StartInfo startInfo(long[] words, int[] ints, String cmdLine) {
    return new StartInfo(
        StartInfo.MAGIC_X86_64,
        words[0],
        words[1],
        ints[0],
        words[2],
        ints[1],
        words[3],
        ints[2],
        words[4],
        words[5],
        words[6],
        words[7],
        words[8],
        cmdLine,
        words[9],
        words[10]);
  }
}
