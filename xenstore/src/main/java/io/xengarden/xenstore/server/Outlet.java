package io.xengarden.xenstore.server;

import io.xengarden.abi.XenstoreMessage;

/**
 * Where a connection's replies and watch events go, in the order in which they are to arrive.
 * Called while a request is served, perhaps another client's: it queues, and serves nothing itself.
 */
public interface Outlet {
  void reply(XenstoreMessage reply);

  /**
   * A watch fired.
   *
   * @param path relative when the watch was set with a relative path
   */
  void event(String path, String token);
}
