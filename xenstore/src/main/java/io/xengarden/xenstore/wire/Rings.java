package io.xengarden.xenstore.wire;

/** What a request can ask of the domains' rings, which only their holder can do. */
public interface Rings {
  /**
   * Empties the ring of a domain and connects it afresh, as INTRODUCE of a known domain does.
   *
   * @throws io.xengarden.xenstore.tree.StoreError ENOENT when it has none here: a ring comes with
   *     its page, which no message can carry
   */
  void reconnect(int domid);

  /** Ends the connection of a domain, as RELEASE does; ENOENT when it has none. */
  void release(int domid);
}
