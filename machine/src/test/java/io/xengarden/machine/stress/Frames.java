package io.xengarden.machine.stress;

import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.HostMemory;
import io.xengarden.machine.Memory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A domain of two pages for each of the many states that jcstress makes, without a host for each.
 * Frames are used again; jcstress holds about 10,000 states at a time, fewer than there are here.
 */
final class Frames {
  private static final HostMemory HOST = HostMemory.ofFrames(2 * 16_384);
  private static final AtomicLong NEXT = new AtomicLong();

  private Frames() {}

  /** A domain whose two pages begin with 64 zero bytes. */
  static GuestMemory domain() {
    GuestMemory memory = new GuestMemory(HOST);
    memory.map(0, NEXT.getAndAdd(2) % HOST.frameCount(), 2);
    memory.fill(0, 64, (byte) 0);
    memory.fill(Memory.PAGE_SIZE, 64, (byte) 0);
    return memory;
  }
}
