package io.xengarden.domain.pebble;

import io.xengarden.domain.Guest;
import io.xengarden.domain.KernelImage;
import io.xengarden.domain.pebble.image.KernelState;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.kernel.Boot;
import io.xengarden.domain.pebble.kernel.Entry;
import io.xengarden.machine.Memory;
import java.util.random.RandomGenerator;

/** Pebble as the domain builder loads it. */
public final class PebbleImage implements KernelImage {
  @Override
  public String name() {
    return "builtin:pebble";
  }

  @Override
  public int pages() {
    return Layout.PAGES;
  }

  @Override
  public long minimumPages() {
    return Boot.MINIMUM_PAGES;
  }

  @Override
  public long entry() {
    return Entry.rip(Entry.BOOT, 0);
  }

  @Override
  public void place(Memory memory, RandomGenerator entropy) {
    new KernelState(memory).format(entropy);
  }

  @Override
  public Guest newGuest() {
    return new Pebble();
  }
}
