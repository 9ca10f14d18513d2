package io.xengarden.network.bridge;

import io.xengarden.network.Frame;

/** Where frames leave a bridge. */
@FunctionalInterface
public interface Outlet {
  /** Takes a frame, or drops it and counts that. Any thread; never blocks. */
  void offer(Frame frame);
}
