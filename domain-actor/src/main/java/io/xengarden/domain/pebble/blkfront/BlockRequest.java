package io.xengarden.domain.pebble.blkfront;

import io.xengarden.abi.BlkifRing;

/**
 * A request as a task makes it.
 *
 * @param operation one of {@link BlkifRing}'s OP_ constants
 * @param sector first sector, of 512 bytes
 * @param sectorCount 0 for a flush, else up to {@link #MAX_SECTORS}
 * @param buffer address of the data, at the start of a page, in contiguous pages
 * @param tag what the task knows it by
 */
public record BlockRequest(int operation, long sector, int sectorCount, long buffer, long tag) {
  /** Eleven pages. */
  public static final int MAX_SECTORS = BlkifRing.MAX_SEGMENTS * BlkifRing.SECTORS_PER_PAGE;

  public static BlockRequest read(long sector, int count, long buffer, long tag) {
    return new BlockRequest(BlkifRing.OP_READ, sector, count, buffer, tag);
  }

  public static BlockRequest write(long sector, int count, long buffer, long tag) {
    return new BlockRequest(BlkifRing.OP_WRITE, sector, count, buffer, tag);
  }

  public static BlockRequest flush(long tag) {
    return new BlockRequest(BlkifRing.OP_FLUSH_DISKCACHE, 0, 0, 0, tag);
  }

  /** Pages that it spans. */
  int segments() {
    return (sectorCount + BlkifRing.SECTORS_PER_PAGE - 1) / BlkifRing.SECTORS_PER_PAGE;
  }
}
