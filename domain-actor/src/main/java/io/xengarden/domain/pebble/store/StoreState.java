package io.xengarden.domain.pebble.store;

import io.xengarden.abi.XenstoreMessage;
import io.xengarden.domain.pebble.image.Layout;
import io.xengarden.domain.pebble.image.Record;
import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The driver's variables, the watch event that is coming in, and xenwatch's two buffers. */
final class StoreState extends Record {
  /** The other end broke the protocol: no request is sent any more. */
  static final int BROKEN = 1;

  static final int EVENT_SIZE = 208;
  static final int REQUEST_SIZE = 256;
  static final int REPLY_SIZE = 512;

  private static final int SENDER = 0x00;
  private static final int LAST_ID = 0x08;
  private static final int FLAGS = 0x0c;
  private static final int OUTSTANDING = 0x10;
  private static final int RECEIVED = 0x14;
  private static final int HEADER = 0x18;
  private static final int EVENT = 0x30;
  private static final int REQUEST = 0x100;
  private static final int REPLY = 0x200;

  StoreState(Memory memory) {
    super(memory, Layout.STORE);
  }

  /** The task in the middle of sending, or 0. */
  long sender() {
    return int64(SENDER);
  }

  void sender(long task) {
    int64(SENDER, task);
  }

  /** Ids are never 0, which stands for no request. */
  int takeId() {
    int id = int32(LAST_ID) + 1;
    id = id == 0 ? 1 : id;
    int32(LAST_ID, id);
    return id;
  }

  boolean isBroken() {
    return flag(FLAGS, BROKEN);
  }

  void broken(boolean broken) {
    flag(FLAGS, BROKEN, broken);
  }

  int outstanding() {
    return int32(OUTSTANDING);
  }

  void outstanding(int count) {
    int32(OUTSTANDING, count);
  }

  /** Bytes that have come in of the present message, its header first. */
  int received() {
    return int32(RECEIVED);
  }

  void received(int count) {
    int32(RECEIVED, count);
  }

  long headerAt() {
    return address + HEADER;
  }

  /** Once all of the header is there. */
  Incoming incoming() {
    ByteBuffer header =
        ByteBuffer.wrap(memory.read(headerAt(), XenstoreMessage.HEADER))
            .order(ByteOrder.LITTLE_ENDIAN);
    return new Incoming(header.getInt(0), header.getInt(4), header.getInt(12));
  }

  /** The header of a message that comes in; the length is whatever the other end says. */
  record Incoming(int type, int requestId, int length) {}

  long eventAt() {
    return address + EVENT;
  }

  long requestAt() {
    return address + REQUEST;
  }

  long replyAt() {
    return address + REPLY;
  }
}
