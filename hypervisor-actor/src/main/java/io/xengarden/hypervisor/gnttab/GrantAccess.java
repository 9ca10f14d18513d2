package io.xengarden.hypervisor.gnttab;

import io.xengarden.abi.GrantStatus;
import io.xengarden.machine.Memory;

/**
 * The right of one domain to map what another grants to it. Safe for any thread. After the granter
 * dies every new map is refused with BAD_DOMAIN; pages still mapped stay valid until unmapped.
 */
public interface GrantAccess {
  /** GNTTABOP_map_grant_ref: marks the entry in use until the mapping is closed. */
  GrantMapping map(int gref, Access access) throws GrantRefused;

  /**
   * GNTTABOP_copy out of a granted page: checks and pins the entry for the copy only.
   *
   * @param offset first byte in the granted page; offset + length stay inside it
   */
  void copyFrom(int gref, int offset, Memory target, long targetAddress, int length)
      throws GrantRefused;

  void copyTo(int gref, int offset, Memory source, long sourceAddress, int length)
      throws GrantRefused;

  enum Access {
    READ_ONLY,
    READ_WRITE
  }

  /** A refusal the backend answers to its frontend; stackless, it is part of the protocol. */
  final class GrantRefused extends Exception {
    private static final long serialVersionUID = 1L;
    private final GrantStatus status;

    public GrantRefused(GrantStatus status) {
      super(status.name(), null, false, false);
      this.status = status;
    }

    public GrantStatus status() {
      return status;
    }
  }
}
