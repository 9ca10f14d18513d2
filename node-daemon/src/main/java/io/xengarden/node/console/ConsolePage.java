package io.xengarden.node.console;

import io.xengarden.abi.ConsoleRing;
import io.xengarden.abi.EventSink;
import io.xengarden.abi.RingCorrupt;
import io.xengarden.hypervisor.gnttab.GrantMapping;
import java.util.Arrays;

/**
 * A guest's console ring, mapped by its grant. Indices that cannot be end it: the guest has lost
 * its console, and nobody else anything.
 */
final class ConsolePage {
  private static final byte[] NOTHING = {};

  private final GrantMapping mapping;
  private final EventSink guest;
  private boolean corrupt;
  private boolean closed;

  ConsolePage(GrantMapping mapping, EventSink guest) {
    this.mapping = mapping;
    this.guest = guest;
  }

  boolean isCorrupt() {
    return corrupt;
  }

  /** Takes out what the guest printed, at most the ring's size. */
  byte[] takeOutput() {
    if (corrupt) {
      return NOTHING;
    }
    try {
      byte[] output = new byte[ConsoleRing.OUT_SIZE];
      int length = ConsoleRing.readOut(mapping.page(), 0, output, 0, output.length);
      if (length > 0) {
        guest.raise();
      }
      return Arrays.copyOf(output, length);
    } catch (RingCorrupt hostile) {
      corrupt = true;
      return NOTHING;
    }
  }

  /** Types as many keys as fit. */
  int type(byte[] keys, int offset) {
    if (corrupt) {
      return 0;
    }
    try {
      int typed = ConsoleRing.writeIn(mapping.page(), 0, keys, offset, keys.length - offset);
      if (typed > 0) {
        guest.raise();
      }
      return typed;
    } catch (RingCorrupt hostile) {
      corrupt = true;
      return 0;
    }
  }

  /** Unmaps; whether this was the first time. The page is not touched afterwards. */
  boolean close() {
    boolean first = !closed;
    closed = true;
    mapping.close();
    return first;
  }
}
