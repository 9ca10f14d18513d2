package io.xengarden.abi;

/**
 * GNTST_* in the status field of a grant-table operation. Source: xen/include/public/grant_table.h.
 */
public enum GrantStatus {
  OKAY,
  GENERAL_ERROR,
  BAD_DOMAIN,
  BAD_GNTREF,
  BAD_HANDLE,
  BAD_VIRT_ADDR,
  BAD_DEV_ADDR,
  NO_DEVICE_SPACE,
  PERMISSION_DENIED,
  BAD_PAGE,
  BAD_COPY_ARG,
  ADDRESS_TOO_BIG,
  EAGAIN,
  NO_SPACE;

  private static final GrantStatus[] BY_CODE = values();

  /** 0 to -13; the enum is declared in the ABI's order. */
  public int code() {
    return -ordinal();
  }

  /** A code that is none reads as GENERAL_ERROR. */
  public static GrantStatus of(int code) {
    return code <= 0 && code > -BY_CODE.length ? BY_CODE[-code] : GENERAL_ERROR;
  }
}
