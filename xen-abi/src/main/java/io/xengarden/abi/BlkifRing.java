package io.xengarden.abi;

import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests and responses of a block device, x86_64 protocol, one page of 32 slots. Sectors are 512
 * bytes. Source: xen/include/public/io/blkif.h.
 */
public final class BlkifRing {
  public static final int REQUEST_SIZE = 112;
  public static final int RESPONSE_SIZE = 16;
  public static final int ENTRY_SIZE = REQUEST_SIZE;
  public static final int SLOTS = 32;
  public static final int SECTOR_SIZE = 512;
  public static final int SECTORS_PER_PAGE = Memory.PAGE_SIZE / SECTOR_SIZE;
  public static final int MAX_SEGMENTS = 11;

  /** Request: operation u8. */
  public static final int REQ_OP = 0;

  /** Request: nr_segments u8. */
  public static final int REQ_NR_SEGMENTS = 1;

  /** Request: handle u16. */
  public static final int REQ_HANDLE = 2;

  /** Request: id u64. */
  public static final int REQ_ID = 8;

  /** Request: sector_number u64. */
  public static final int REQ_SECTOR = 16;

  /** Request: segments of {@link #SEGMENT_SIZE} bytes. */
  public static final int REQ_SEGMENTS = 24;

  /** Discard request: nr_sectors u64, where others have segments. */
  public static final int REQ_DISCARD_SECTORS = 24;

  public static final int SEGMENT_SIZE = 8;

  /** Segment: gref u32. */
  public static final int SEG_GREF = 0;

  /** Segment: first_sect u8, 0 to 7. */
  public static final int SEG_FIRST = 4;

  /** Segment: last_sect u8, inclusive. */
  public static final int SEG_LAST = 5;

  /** Response: id u64. */
  public static final int RSP_ID = 0;

  /** Response: operation u8. */
  public static final int RSP_OP = 8;

  /** Response: status s16. */
  public static final int RSP_STATUS = 10;

  public static final int OP_READ = 0;
  public static final int OP_WRITE = 1;
  public static final int OP_WRITE_BARRIER = 2;
  public static final int OP_FLUSH_DISKCACHE = 3;
  public static final int OP_DISCARD = 5;
  public static final int OP_INDIRECT = 6;

  public static final int STATUS_OKAY = 0;
  public static final int STATUS_ERROR = -1;
  public static final int STATUS_EOPNOTSUPP = -2;

  /** Bits of the backend's {@code info} node. */
  public static final int VDISK_CDROM = 1;

  public static final int VDISK_REMOVABLE = 2;
  public static final int VDISK_READONLY = 4;

  private BlkifRing() {}

  /** The address of the slot that a free-running index falls on. */
  public static long slot(long base, int index) {
    return SharedRing.slot(base, index, SLOTS, ENTRY_SIZE);
  }

  /** A copy of a request; what the frontend writes into the slot meanwhile does not reach it. */
  public static BlkifRequest readRequest(Memory memory, long base, int index) {
    byte[] copy = memory.read(slot(base, index), REQUEST_SIZE);
    ByteBuffer bytes = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
    int nrSegments = Byte.toUnsignedInt(bytes.get(REQ_NR_SEGMENTS));
    int present = Math.min(nrSegments, MAX_SEGMENTS);
    List<BlkifSegment> segments = new ArrayList<>(present);
    for (int i = 0; i < present; i++) {
      int at = REQ_SEGMENTS + i * SEGMENT_SIZE;
      segments.add(
          new BlkifSegment(
              bytes.getInt(at + SEG_GREF),
              Byte.toUnsignedInt(bytes.get(at + SEG_FIRST)),
              Byte.toUnsignedInt(bytes.get(at + SEG_LAST))));
    }
    return new BlkifRequest(
        Byte.toUnsignedInt(bytes.get(REQ_OP)),
        nrSegments,
        Short.toUnsignedInt(bytes.getShort(REQ_HANDLE)),
        bytes.getLong(REQ_ID),
        bytes.getLong(REQ_SECTOR),
        segments);
  }

  /** Writes a whole slot; the caller pushes the index afterwards. */
  public static void writeRequest(Memory memory, long base, int index, BlkifRequest request) {
    ByteBuffer bytes = ByteBuffer.allocate(REQUEST_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(REQ_OP, (byte) request.op());
    bytes.put(REQ_NR_SEGMENTS, (byte) request.nrSegments());
    bytes.putShort(REQ_HANDLE, (short) request.handle());
    bytes.putLong(REQ_ID, request.id());
    bytes.putLong(REQ_SECTOR, request.sector());
    int at = REQ_SEGMENTS;
    for (BlkifSegment segment : request.segments()) {
      bytes.putInt(at + SEG_GREF, segment.gref());
      bytes.put(at + SEG_FIRST, (byte) segment.firstSector());
      bytes.put(at + SEG_LAST, (byte) segment.lastSector());
      at += SEGMENT_SIZE;
    }
    memory.write(slot(base, index), bytes.array());
  }

  /** A copy of a response. */
  public static BlkifResponse readResponse(Memory memory, long base, int index) {
    byte[] copy = memory.read(slot(base, index), RESPONSE_SIZE);
    ByteBuffer bytes = ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
    return new BlkifResponse(
        bytes.getLong(RSP_ID), Byte.toUnsignedInt(bytes.get(RSP_OP)), bytes.getShort(RSP_STATUS));
  }

  /** Writes a response over its slot; the caller pushes the index afterwards. */
  public static void writeResponse(Memory memory, long base, int index, BlkifResponse response) {
    ByteBuffer bytes = ByteBuffer.allocate(RESPONSE_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(RSP_ID, response.id());
    bytes.put(RSP_OP, (byte) response.op());
    bytes.putShort(RSP_STATUS, (short) response.status());
    memory.write(slot(base, index), bytes.array());
  }
}
