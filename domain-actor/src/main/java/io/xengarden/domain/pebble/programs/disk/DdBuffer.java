package io.xengarden.domain.pebble.programs.disk;

import io.xengarden.domain.pebble.image.Record;
import io.xengarden.domain.pebble.kernel.Vcpu;

/** One of dd's buffers: what is in it and where it is on its way. Kept in dd's work page. */
final class DdBuffer extends Record {
  static final int COUNT = 8;

  /** What happens to a buffer. */
  enum State {
    FREE,
    READING,
    /** Random data is being made, a page a step. */
    MAKING,
    FILLED,
    WRITING;

    private static final State[] ALL = values();
  }

  private static final int TABLE = 2048;
  private static final int SIZE = 32;
  private static final int STATE = 0;
  private static final int LENGTH = 4;
  private static final int OFFSET = 8;
  private static final int MADE = 16;

  private final int index;

  DdBuffer(Vcpu v, int index) {
    super(v.memory(), v.task().workPage() + TABLE + (long) index * SIZE);
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

  /** Bytes of the copy that it holds. */
  int length() {
    return int32(LENGTH);
  }

  /** Where these lie in the copy. */
  long offset() {
    return int64(OFFSET);
  }

  void begin(long offset, int length) {
    int64(OFFSET, offset);
    int32(LENGTH, length);
    int32(MADE, 0);
  }

  /** Pages of random data made. */
  int made() {
    return int32(MADE);
  }

  void made(int pages) {
    int32(MADE, pages);
  }

  long page(Vcpu v, int page) {
    return Transfers.page(v, (long) index * Transfers.REQUEST_PAGES + page);
  }
}
