package io.xengarden.xenstore.tree;

import io.xengarden.abi.Errno;

/** Why a request is refused: the errno its caller is told. Stackless, for it is no exception. */
public final class StoreError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Errno errno;

  public StoreError(Errno errno) {
    super(errno.name(), null, false, false);
    this.errno = errno;
  }

  public Errno errno() {
    return errno;
  }
}
