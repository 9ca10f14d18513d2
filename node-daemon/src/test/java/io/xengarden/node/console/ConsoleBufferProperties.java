package io.xengarden.node.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class ConsoleBufferProperties {
  private static final int LIMIT = 64;

  @Provide
  Arbitrary<List<byte[]>> writes() {
    return Arbitraries.bytes().array(byte[].class).ofMaxSize(100).list().ofMaxSize(30);
  }

  /** Against a model that keeps everything and knows what may be forgotten. */
  @Property
  void keepsTheNewestBytesUpToItsLimit(
      @ForAll("writes") List<byte[]> writes,
      @ForAll @IntRange(max = 500) int readFrom,
      @ForAll @IntRange(max = 500) int forgotten) {
    ConsoleBuffer buffer = new ConsoleBuffer(LIMIT);
    byte[] all = new byte[0];
    for (byte[] write : writes) {
      buffer.append(write);
      all = join(all, write);
    }
    buffer.forgetBefore(Math.min(forgotten, all.length));

    long oldest = Math.max(Math.max(0, all.length - LIMIT), Math.min(forgotten, all.length));
    assertThat(buffer.end()).isEqualTo(all.length);
    assertThat(buffer.start()).isEqualTo(oldest);
    int from = (int) Math.min(Math.max(readFrom, oldest), all.length);
    assertThat(buffer.read(readFrom, Integer.MAX_VALUE))
        .isEqualTo(Arrays.copyOfRange(all, from, all.length));
    assertThat(buffer.read(readFrom, 7))
        .isEqualTo(Arrays.copyOfRange(all, from, Math.min(all.length, from + 7)));
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] joined = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, joined, a.length, b.length);
    return joined;
  }
}
