package io.xengarden.machine;

/**
 * An access that memory refuses: outside it, misaligned, or a write to a read-only view. Whoever
 * acts for a guest turns it into that guest's errno (EFAULT); it never reaches another guest.
 */
public final class MemoryFault extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final long address;

  public MemoryFault(String why, long address) {
    super(why + " at 0x" + Long.toHexString(address), null, false, false);
    this.address = address;
  }

  /** The byte address, in the view that refused it. */
  public long address() {
    return address;
  }
}
