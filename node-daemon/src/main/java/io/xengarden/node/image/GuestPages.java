package io.xengarden.node.image;

import io.xengarden.machine.GuestMemory;
import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;

/** A domain's memory as source and as sink; its frames must be mapped before they are filled. */
public final class GuestPages implements PageSource, PageSink {
  private final GuestMemory memory;

  public GuestPages(GuestMemory memory) {
    this.memory = memory;
  }

  @Override
  public boolean isPresent(long gfn) {
    return memory.isMapped(gfn);
  }

  @Override
  public ByteBuffer page(long gfn) {
    return memory.readBuffer(gfn << Memory.PAGE_SHIFT, Memory.PAGE_SIZE);
  }

  @Override
  public ByteBuffer page(long gfn, PageType type) {
    return memory.writeBuffer(gfn << Memory.PAGE_SHIFT, Memory.PAGE_SIZE);
  }

  @Override
  public void filled(long gfn) {
    memory.filled(gfn << Memory.PAGE_SHIFT);
  }
}
