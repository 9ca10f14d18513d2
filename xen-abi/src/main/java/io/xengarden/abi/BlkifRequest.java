package io.xengarden.abi;

import java.util.List;

/**
 * A block request. As read from a ring nothing in it is checked but that it has no more segments
 * than the slot can hold.
 *
 * @param op BlkifRing.OP_*, 0 to 255
 * @param nrSegments what the frontend claims, 0 to 255; more than the slot holds is its error
 * @param sector first sector of the device, 512-byte units, unsigned
 * @param segments the first of them, at most {@link BlkifRing#MAX_SEGMENTS}
 */
public record BlkifRequest(
    int op, int nrSegments, int handle, long id, long sector, List<BlkifSegment> segments) {
  public BlkifRequest {
    segments = List.copyOf(segments);
    if (segments.size() > BlkifRing.MAX_SEGMENTS) {
      throw new IllegalArgumentException(segments.size() + " segments");
    }
  }

  /** An honest request. */
  public BlkifRequest(int op, int handle, long id, long sector, List<BlkifSegment> segments) {
    this(op, segments.size(), handle, id, sector, segments);
  }
}
