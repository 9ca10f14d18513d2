package io.xengarden.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.sim.SpecGuard;
import org.junit.jupiter.api.Test;

class SpecGuardTest {
  @Test
  void everySpecCanBeMade() throws Exception {
    assertThat(SpecGuard.makeEverySpec(OneHostSpec.class)).contains(OneHostSpec.class.getName());
  }
}
