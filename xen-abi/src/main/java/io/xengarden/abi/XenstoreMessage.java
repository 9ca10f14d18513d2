package io.xengarden.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One message of the xenstore wire: a header of four u32 {type, req_id, tx_id, len}, then len
 * bytes. Source: xen/include/public/io/xs_wire.h.
 *
 * @param type a {@link XenstoreOp}'s number, or anything a client sent
 * @param payload at most {@link #PAYLOAD_MAX} bytes; not copied, so it must not change afterwards
 */
public record XenstoreMessage(int type, int reqId, int txId, byte[] payload) {
  public static final int HEADER = 16;
  public static final int PAYLOAD_MAX = 4096;

  public XenstoreMessage {
    if (payload.length > PAYLOAD_MAX) {
      throw new IllegalArgumentException(
          "payload of " + payload.length + " bytes, at most " + PAYLOAD_MAX);
    }
  }

  /** Header and payload, as they go over the wire. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(HEADER + payload.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(type)
        .putInt(reqId)
        .putInt(txId)
        .putInt(payload.length)
        .put(payload)
        .array();
  }

  /**
   * The payload's length that the header at {@code offset} announces, 0 to 2^32-1. A server closes
   * a connection that announces more than {@link #PAYLOAD_MAX}.
   */
  public static long payloadLength(byte[] bytes, int offset) {
    return Integer.toUnsignedLong(
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(offset + 12));
  }

  /**
   * The message at {@code offset}.
   *
   * @throws IllegalArgumentException when the bytes end before the message does, or it is too long
   */
  public static XenstoreMessage fromBytes(byte[] bytes, int offset) {
    if (bytes.length - offset < HEADER) {
      throw new IllegalArgumentException("header of " + (bytes.length - offset) + " bytes");
    }
    long length = payloadLength(bytes, offset);
    if (length > PAYLOAD_MAX || length > bytes.length - offset - HEADER) {
      throw new IllegalArgumentException("payload of " + length + " bytes announced");
    }
    ByteBuffer header = ByteBuffer.wrap(bytes, offset, HEADER).order(ByteOrder.LITTLE_ENDIAN);
    int start = offset + HEADER;
    return new XenstoreMessage(
        header.getInt(),
        header.getInt(),
        header.getInt(),
        Arrays.copyOfRange(bytes, start, start + (int) length));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof XenstoreMessage that
        && type == that.type
        && reqId == that.reqId
        && txId == that.txId
        && Arrays.equals(payload, that.payload);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * (31 * type + reqId) + txId) + Arrays.hashCode(payload);
  }

  @Override
  public String toString() {
    return "XenstoreMessage["
        + XenstoreOp.of(type)
        + " req "
        + reqId
        + " tx "
        + txId
        + ", "
        + payload.length
        + " bytes]";
  }
}
