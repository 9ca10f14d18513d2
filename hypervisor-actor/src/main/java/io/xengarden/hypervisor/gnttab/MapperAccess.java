package io.xengarden.hypervisor.gnttab;

import io.xengarden.abi.Domid;
import io.xengarden.abi.GrantStatus;
import io.xengarden.machine.Memory;

/** One mapper's way into one granter's table. */
record MapperAccess(GrantTable table, Domid mapper) implements GrantAccess {

  @Override
  public GrantMapping map(int gref, Access access) throws GrantRefused {
    boolean write = access == Access.READ_WRITE;
    Pin pin = table.pin(gref, mapper, access);
    return new TableMapping(table, pin, write);
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
}
