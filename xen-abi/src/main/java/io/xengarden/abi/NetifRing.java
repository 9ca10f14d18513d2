package io.xengarden.abi;

import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Requests and responses of a network device's transmit and receive rings, each one page of 256
 * slots. All fields but status are unsigned. Source: xen/include/public/io/netif.h.
 */
public final class NetifRing {
  public static final int SLOTS = 256;
  public static final int TX_ENTRY_SIZE = 12;
  public static final int TX_REQUEST_SIZE = 12;
  public static final int TX_RESPONSE_SIZE = 4;
  public static final int RX_ENTRY_SIZE = 8;
  public static final int RX_REQUEST_SIZE = 8;
  public static final int RX_RESPONSE_SIZE = 8;
  public static final int EXTRA_SIZE = 8;

  public static final int TX_CSUM_BLANK = 1;
  public static final int TX_DATA_VALIDATED = 2;
  public static final int TX_MORE_DATA = 4;
  public static final int TX_EXTRA_INFO = 8;

  public static final int RX_DATA_VALIDATED = 1;
  public static final int RX_CSUM_BLANK = 2;
  public static final int RX_MORE_DATA = 4;
  public static final int RX_EXTRA_INFO = 8;
  public static final int RX_GSO_PREFIX = 16;

  public static final int RSP_OKAY = 0;
  public static final int RSP_ERROR = -1;
  public static final int RSP_DROPPED = -2;

  /** Transmit only: the slot held extra info and needs no answer of its own. */
  public static final int RSP_NULL = 1;

  /** A packet may take this many slots; a backend need not bear more. */
  public static final int MAX_SLOTS_PER_PACKET = 18;

  /** {@code size} of a packet's first request is the whole packet's. */
  public record TxRequest(int gref, int offset, int flags, int id, int size) {}

  public record TxResponse(int id, int status) {}

  public record RxRequest(int id, int gref) {}

  /** {@code status} is the size received when not negative. */
  public record RxResponse(int id, int offset, int flags, int status) {}

  private NetifRing() {}

  public static long txSlot(long base, int index) {
    return SharedRing.slot(base, index, SLOTS, TX_ENTRY_SIZE);
  }

  public static long rxSlot(long base, int index) {
    return SharedRing.slot(base, index, SLOTS, RX_ENTRY_SIZE);
  }

  /** A copy of a request; what the frontend writes into the slot meanwhile does not reach it. */
  public static TxRequest readTxRequest(Memory memory, long base, int index) {
    ByteBuffer bytes = copy(memory, txSlot(base, index), TX_REQUEST_SIZE);
    return new TxRequest(
        bytes.getInt(), unsigned(bytes), unsigned(bytes), unsigned(bytes), unsigned(bytes));
  }

  public static void writeTxRequest(Memory memory, long base, int index, TxRequest request) {
    ByteBuffer bytes =
        slot(TX_REQUEST_SIZE)
            .putInt(request.gref())
            .putShort((short) request.offset())
            .putShort((short) request.flags())
            .putShort((short) request.id())
            .putShort((short) request.size());
    memory.write(txSlot(base, index), bytes.array());
  }

  public static TxResponse readTxResponse(Memory memory, long base, int index) {
    ByteBuffer bytes = copy(memory, txSlot(base, index), TX_RESPONSE_SIZE);
    return new TxResponse(unsigned(bytes), bytes.getShort());
  }

  public static void writeTxResponse(Memory memory, long base, int index, TxResponse response) {
    ByteBuffer bytes =
        slot(TX_RESPONSE_SIZE).putShort((short) response.id()).putShort((short) response.status());
    memory.write(txSlot(base, index), bytes.array());
  }

  /** A copy of a request; what the frontend writes into the slot meanwhile does not reach it. */
  public static RxRequest readRxRequest(Memory memory, long base, int index) {
    ByteBuffer bytes = copy(memory, rxSlot(base, index), RX_REQUEST_SIZE);
    return new RxRequest(Short.toUnsignedInt(bytes.getShort(0)), bytes.getInt(4));
  }

  public static void writeRxRequest(Memory memory, long base, int index, RxRequest request) {
    ByteBuffer bytes =
        slot(RX_REQUEST_SIZE).putShort(0, (short) request.id()).putInt(4, request.gref());
    memory.write(rxSlot(base, index), bytes.array());
  }

  public static RxResponse readRxResponse(Memory memory, long base, int index) {
    ByteBuffer bytes = copy(memory, rxSlot(base, index), RX_RESPONSE_SIZE);
    return new RxResponse(unsigned(bytes), unsigned(bytes), unsigned(bytes), bytes.getShort());
  }

  public static void writeRxResponse(Memory memory, long base, int index, RxResponse response) {
    ByteBuffer bytes =
        slot(RX_RESPONSE_SIZE)
            .putShort((short) response.id())
            .putShort((short) response.offset())
            .putShort((short) response.flags())
            .putShort((short) response.status());
    memory.write(rxSlot(base, index), bytes.array());
  }

  private static ByteBuffer copy(Memory memory, long address, int length) {
    return ByteBuffer.wrap(memory.read(address, length)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer slot(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int unsigned(ByteBuffer bytes) {
    return Short.toUnsignedInt(bytes.getShort());
  }
}
