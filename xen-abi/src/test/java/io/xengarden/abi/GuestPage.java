package io.xengarden.abi;

import static org.assertj.core.api.Assertions.assertThat;

import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.HostMemory;
import io.xengarden.machine.Memory;
import io.xengarden.machine.PageView;

/** A zeroed page in the middle of a small guest, whose neighbours must stay untouched. */
final class GuestPage implements AutoCloseable {
  static final long BASE = Memory.PAGE_SIZE;
  private static final int FRAMES = 3;

  private final HostMemory host = HostMemory.ofFrames(FRAMES);
  final GuestMemory memory = new GuestMemory(host);

  GuestPage() {
    memory.map(0, 0, FRAMES);
  }

  /** The page as dom0 maps it: addresses from 0. */
  PageView view() {
    return memory.page(1, true);
  }

  byte[] image() {
    return memory.read(BASE, Memory.PAGE_SIZE);
  }

  void fill(byte[] image) {
    memory.write(BASE, image);
  }

  void assertNeighboursUntouched() {
    byte[] zeros = new byte[Memory.PAGE_SIZE];
    assertThat(memory.read(0, zeros.length)).as("page before").isEqualTo(zeros);
    assertThat(memory.read(2 * BASE, zeros.length)).as("page behind").isEqualTo(zeros);
  }

  @Override
  public void close() {
    host.close();
  }
}
