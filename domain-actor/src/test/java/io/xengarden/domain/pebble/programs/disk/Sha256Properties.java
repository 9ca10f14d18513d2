package io.xengarden.domain.pebble.programs.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class Sha256Properties {
  @Property(tries = 300)
  void agreesWithTheJdk(
      @ForAll @Size(max = 400) byte[] bytes, @ForAll @IntRange(max = 6) int blocksAtOnce)
      throws Exception {
    String expected = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    int[] state = Sha256.start();
    int whole = Math.min(blocksAtOnce, bytes.length / Sha256.BLOCK) * Sha256.BLOCK;
    Sha256.update(state, bytes, 0, whole);
    assertThat(Sha256.finish(state, bytes, whole, bytes.length)).isEqualTo(expected);
  }
}
