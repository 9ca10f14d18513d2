package io.xengarden.hypervisor.gnttab;

import io.xengarden.machine.PageView;

/** A mapping; closed by whoever holds it, maybe on another thread than the one that mapped it. */
final class TableMapping implements GrantMapping {
  private final GrantTable table;
  private final PageView page;
  final Pin pin;
  final boolean write;

  /** Guarded by the table's monitor, as the pin's counts are: closing takes it once. */
  boolean closed;

  TableMapping(GrantTable table, Pin pin, boolean write) {
    this.table = table;
    this.page = pin.view(write);
    this.pin = pin;
    this.write = write;
  }

  @Override
  public PageView page() {
    if (closed) {
      throw new IllegalStateException("grant " + pin.gref + " is unmapped");
    }
    return page;
  }

  @Override
  public void close() {
    table.unmap(this);
  }
}
