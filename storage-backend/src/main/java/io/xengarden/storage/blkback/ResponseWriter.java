package io.xengarden.storage.blkback;

import io.xengarden.abi.BackRing;
import io.xengarden.abi.BlkifRing;
import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The responses of one ring. Its index is private: what the page says of it is for the frontend
 * only.
 */
final class ResponseWriter {
  private final Memory ring;
  private final byte[] bytes = new byte[BlkifRing.RESPONSE_SIZE];
  private final ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  private int rspProd;
  private int published;

  ResponseWriter(Memory ring) {
    this.ring = ring;
  }

  /** Responses written since the connection was made; wraps. */
  int produced() {
    return rspProd;
  }

  /** Writes the answer over a slot whose request was taken; the frontend sees it when published. */
  void write(RequestCopy request, int status) {
    fields.putLong(BlkifRing.RSP_ID, request.id());
    bytes[BlkifRing.RSP_OP] = (byte) request.op();
    fields.putShort(BlkifRing.RSP_STATUS, (short) status);
    ring.write(BlkifRing.slot(0, rspProd), bytes, 0, bytes.length);
    rspProd++;
  }

  /** Publishes what was written since the last time; whether the frontend wants the event. */
  boolean publish() {
    if (published == rspProd) {
      return false;
    }
    int before = published;
    published = rspProd;
    return BackRing.pushResponses(ring, 0, before, rspProd);
  }
}
