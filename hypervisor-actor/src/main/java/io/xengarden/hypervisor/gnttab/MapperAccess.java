package io.xengarden.hypervisor.gnttab;

import io.xengarden.abi.Domid;
import io.xengarden.abi.GrantStatus;
import io.xengarden.machine.Memory;
import io.xengarden.machine.PageView;

/** One mapper's way into one granter's table. */
record MapperAccess(GrantTable table, Domid mapper) implements GrantAccess {

  @Override
  public GrantMapping map(int gref, Access access) throws GrantRefused {
    boolean write = access == Access.READ_WRITE;
    Pin pin = table.pin(gref, mapper, access);
    return new Mapping(table, pin, pin.view(write), write);
  }

  @Override
  public void copyFrom(int gref, int offset, Memory target, long targetAddress, int length)
      throws GrantRefused {
    checkRange(offset, length);
    Pin pin = table.pin(gref, mapper, Access.READ_ONLY);
    try {
      pin.view(false).copyTo(offset, target, targetAddress, length);
    } finally {
      table.unpin(pin, false);
    }
  }

  @Override
  public void copyTo(int gref, int offset, Memory source, long sourceAddress, int length)
      throws GrantRefused {
    checkRange(offset, length);
    Pin pin = table.pin(gref, mapper, Access.READ_WRITE);
    try {
      source.copyTo(sourceAddress, pin.view(true), offset, length);
    } finally {
      table.unpin(pin, true);
    }
  }

  private static void checkRange(int offset, int length) throws GrantRefused {
    if (offset < 0 || length < 0 || offset > Memory.PAGE_SIZE - length) {
      throw new GrantRefused(GrantStatus.BAD_COPY_ARG);
    }
  }

  /** Closed by whoever holds it, maybe on another thread than the one that mapped it. */
  private static final class Mapping implements GrantMapping {
    private final GrantTable table;
    private final Pin pin;
    private final boolean write;
    private PageView page;

    Mapping(GrantTable table, Pin pin, PageView page, boolean write) {
      this.table = table;
      this.pin = pin;
      this.page = page;
      this.write = write;
    }

    @Override
    public PageView page() {
      PageView mapped = page;
      if (mapped == null) {
        throw new IllegalStateException("grant " + pin.gref + " is unmapped");
      }
      return mapped;
    }

    @Override
    public void close() {
      synchronized (this) {
        if (page == null) {
          return;
        }
        page = null;
      }
      table.unpin(pin, write);
    }
  }
}
