package io.xengarden.domain;

import io.xengarden.machine.Memory;
import java.util.random.RandomGenerator;

/** A kernel that the domain builder can load. */
public interface KernelImage {
  /** As in {@code kernel = "…"}: "builtin:pebble". */
  String name();

  /** Guest frames of the image, from gfn 0. */
  int pages();

  /** Least memory it boots in, in pages. */
  long minimumPages();

  /** Initial rip. */
  long entry();

  /** Writes the image; {@code entropy} seeds what a kernel would take from the hardware. */
  void place(Memory memory, RandomGenerator entropy);

  /** A fresh guest to run the image. */
  Guest newGuest();
}
