package io.xengarden.abi;

/**
 * The other side left indices or lengths in a shared page that cannot be. Nothing was changed;
 * whoever serves the ring disconnects that ring and nothing else. Stackless, as a guest can make it
 * happen at will.
 */
public final class RingCorrupt extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RingCorrupt(String why) {
    super(why, null, false, false);
  }
}
