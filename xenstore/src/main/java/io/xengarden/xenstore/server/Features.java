package io.xengarden.xenstore.server;

/** Bits of the ring page's server_features (xen/include/public/io/xs_wire.h). */
public final class Features {
  /** A guest may ask for its ring to be reset. */
  public static final int RECONNECTION = 1;

  /** The ring page's error field says why a connection ended. */
  public static final int ERROR = 2;

  /** WATCH takes a depth, and {@code @releaseDomain/N} can be watched. */
  public static final int WATCH_DEPTH = 4;

  public static final int ALL = RECONNECTION | ERROR | WATCH_DEPTH;

  private Features() {}
}
