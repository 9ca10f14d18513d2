package io.xengarden.domain;

import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/** The kernels that are built in, by the name of {@code kernel = "builtin:…"}. */
public final class KernelImages {
  private final SequencedMap<String, KernelImage> byName = new LinkedHashMap<>();

  private KernelImages() {}

  /**
   * A registry of these images.
   *
   * @throws IllegalArgumentException when two have one name
   */
  public static KernelImages of(KernelImage... images) {
    KernelImages registry = new KernelImages();
    for (KernelImage image : images) {
      if (registry.byName.putIfAbsent(image.name(), image) != null) {
        throw new IllegalArgumentException("two kernels named " + image.name());
      }
    }
    return registry;
  }

  /** The image of this name; empty when there is none. */
  public Optional<KernelImage> find(String kernel) {
    return Optional.ofNullable(byName.get(kernel));
  }
}
