package io.xengarden.storage.blkback;

import io.xengarden.abi.BlkifRing;
import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One request, copied out of its slot once, so that the frontend cannot change what has been
 * checked. Reused: the data path makes no garbage here. Nothing in it is checked but by {@link
 * #hasValidSegments}.
 */
final class RequestCopy {
  private final byte[] bytes = new byte[BlkifRing.REQUEST_SIZE];
  private final ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);

  void copyFrom(Memory ring, int index) {
    ring.read(BlkifRing.slot(0, index), bytes, 0, bytes.length);
  }

  int op() {
    return Byte.toUnsignedInt(bytes[BlkifRing.REQ_OP]);
  }

  int segments() {
    return Byte.toUnsignedInt(bytes[BlkifRing.REQ_NR_SEGMENTS]);
  }

  int handle() {
    return Short.toUnsignedInt(fields.getShort(BlkifRing.REQ_HANDLE));
  }

  long id() {
    return fields.getLong(BlkifRing.REQ_ID);
  }

  /** Unsigned. */
  long sector() {
    return fields.getLong(BlkifRing.REQ_SECTOR);
  }

  int gref(int segment) {
    return fields.getInt(at(segment) + BlkifRing.SEG_GREF);
  }

  int firstSector(int segment) {
    return Byte.toUnsignedInt(bytes[at(segment) + BlkifRing.SEG_FIRST]);
  }

  int sectorCount(int segment) {
    return Byte.toUnsignedInt(bytes[at(segment) + BlkifRing.SEG_LAST]) - firstSector(segment) + 1;
  }

  /** Whether the next segment's bytes follow this one's, if its page follows this one's. */
  boolean leadsOn(int segment) {
    return firstSector(segment) + sectorCount(segment) == BlkifRing.SECTORS_PER_PAGE
        && firstSector(segment + 1) == 0;
  }

  /** Whether there are no more than fit, and each lies in its page and is not empty. */
  boolean hasValidSegments() {
    if (segments() > BlkifRing.MAX_SEGMENTS) {
      return false;
    }
    for (int i = 0; i < segments(); i++) {
      int count = sectorCount(i);
      if (count < 1 || firstSector(i) + count > BlkifRing.SECTORS_PER_PAGE) {
        return false;
      }
    }
    return true;
  }

  /** Sectors of all segments; they are valid. */
  int sectorCount() {
    int count = 0;
    for (int i = 0; i < segments(); i++) {
      count += sectorCount(i);
    }
    return count;
  }

  private static int at(int segment) {
    return BlkifRing.REQ_SEGMENTS + segment * BlkifRing.SEGMENT_SIZE;
  }
}
