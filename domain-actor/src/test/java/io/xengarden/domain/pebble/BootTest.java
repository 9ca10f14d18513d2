package io.xengarden.domain.pebble;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.abi.ShutdownReason;
import org.junit.jupiter.api.Test;

class BootTest {
  @Test
  void bootsToThePrompt() {
    try (Bench bench = new Bench(Bench.Setup.plain())) {
      bench.awaitPrompt();
      assertThat(bench.console.toString())
          .contains("Booting paravirtualized kernel on Xen\r\n")
          .endsWith("\r\npebble# ");
    }
  }

  @Test
  void powersOff() {
    try (Bench bench = new Bench(Bench.Setup.plain())) {
      bench.awaitPrompt();
      bench.type("poweroff\r");
      bench.run(1_000_000_000);
      assertThat(bench.shutdownReason()).isEqualTo(ShutdownReason.POWEROFF);
    }
  }
}
