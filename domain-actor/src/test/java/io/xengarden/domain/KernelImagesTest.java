package io.xengarden.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KernelImagesTest {
  private final KernelImage pebble = new StepKernel("builtin:pebble", (context, cpu) -> {});

  @Test
  void kernelsAreFoundByTheirWholeName() {
    KernelImages images = KernelImages.of(pebble);

    assertThat(images.find("builtin:pebble")).contains(pebble);
    assertThat(images.find("pebble")).isEmpty();
    assertThat(images.find("/boot/vmlinuz")).isEmpty();
  }

  @Test
  void twoKernelsOfOneNameAreRefused() {
    assertThatThrownBy(() -> KernelImages.of(pebble, pebble))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two kernels named builtin:pebble");
  }
}
