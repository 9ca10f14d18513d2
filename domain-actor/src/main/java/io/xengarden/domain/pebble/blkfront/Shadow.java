package io.xengarden.domain.pebble.blkfront;

import io.xengarden.domain.pebble.image.Record;
import io.xengarden.machine.Memory;

/**
 * One of a disk's 32 requests, from submission until its task takes it back. Its index is the
 * request's id on the ring.
 */
final class Shadow extends Record {
  static final int COUNT = 32;

  /** Where a request is. */
  enum State {
    FREE,
    /** Submitted while the disk was not connected. */
    WAITING,
    /** On the ring. */
    PUSHED,
    /** Answered; its task has not looked yet. */
    DONE,
    /** Over, but the backend keeps one of its pages: not usable before it lets go. */
    LOST;

    private static final State[] ALL = values();
  }

  private static final int SIZE = 64;
  private static final int STATE = 0x00;
  private static final int OPERATION = 0x04;
  private static final int SECTOR = 0x08;
  private static final int SECTOR_COUNT = 0x10;
  private static final int STATUS = 0x14;
  private static final int TASK = 0x18;
  private static final int BUFFER = 0x20;
  private static final int TAG = 0x28;
  private static final int HELD = 0x30;

  private final int index;

  Shadow(Memory memory, Vbd vbd, int index) {
    super(memory, vbd.ring() + Memory.PAGE_SIZE + (long) index * SIZE);
    this.index = index;
  }

  int index() {
    return index;
  }

  State state() {
    int number = int32(STATE);
    return number >= 0 && number < State.ALL.length ? State.ALL[number] : State.FREE;
  }

  void state(State state) {
    int32(STATE, state.ordinal());
  }

  void fill(BlockRequest request, long task) {
    int32(OPERATION, request.operation());
    int64(SECTOR, request.sector());
    int32(SECTOR_COUNT, request.sectorCount());
    int64(BUFFER, request.buffer());
    int64(TAG, request.tag());
    int64(TASK, task);
    int32(HELD, 0);
  }

  BlockRequest request() {
    return new BlockRequest(
        int32(OPERATION), int64(SECTOR), int32(SECTOR_COUNT), int64(BUFFER), int64(TAG));
  }

  long task() {
    return int64(TASK);
  }

  long tag() {
    return int64(TAG);
  }

  /** The backend's status, once DONE. */
  int status() {
    return int32(STATUS);
  }

  void status(int status) {
    int32(STATUS, status);
  }

  /** The backend did not let go of its pages when it answered. */
  boolean isHeld() {
    return int32(HELD) != 0;
  }

  void held(boolean held) {
    int32(HELD, held ? 1 : 0);
  }
}
