package io.xengarden.abi;

/**
 * A part of one granted page, in 512-byte sectors.
 *
 * @param firstSector first sector of the page, 0 to 255 as read, 0 to 7 when valid
 * @param lastSector last sector, inclusive
 */
public record BlkifSegment(int gref, int firstSector, int lastSector) {
  /** Whether it lies in a page and is not empty. */
  public boolean isValid() {
    return firstSector >= 0 && firstSector <= lastSector && lastSector < BlkifRing.SECTORS_PER_PAGE;
  }

  public int sectorCount() {
    return lastSector - firstSector + 1;
  }
}
