package io.xengarden.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.sim.SpecGuard;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class EverySpecTest {
  @Test
  void everySpecOfThisModuleCanBeMade() throws IOException {
    assertThat(SpecGuard.makeEverySpec(OneHostSpec.class)).contains(OneHostSpec.class.getName());
  }
}
