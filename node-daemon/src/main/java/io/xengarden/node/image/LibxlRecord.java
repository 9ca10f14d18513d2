package io.xengarden.node.image;

/** The records of a libxl stream. Source: Xen's docs/specs/libxl-migration-stream.pandoc. */
enum LibxlRecord {
  END,
  LIBXC_CONTEXT,
  EMULATOR_XENSTORE_DATA,
  EMULATOR_CONTEXT,
  CHECKPOINT_END,
  CHECKPOINT_STATE;

  private static final LibxlRecord[] ALL = values();

  int type() {
    return ordinal();
  }

  /** The record with that number, or null. */
  static LibxlRecord of(int type) {
    return type >= 0 && type < ALL.length ? ALL[type] : null;
  }
}
