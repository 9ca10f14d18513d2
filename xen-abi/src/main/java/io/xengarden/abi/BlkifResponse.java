package io.xengarden.abi;

/**
 * A block response.
 *
 * @param id the request's
 * @param op the request's
 * @param status BlkifRing.STATUS_*
 */
public record BlkifResponse(long id, int op, int status) {}
