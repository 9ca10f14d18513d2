package io.xengarden.domain.pebble.image;

import io.xengarden.machine.Memory;

/**
 * A task: a job, a kernel thread or the shell, with its stack of half-done calls. Its address is
 * what rsp holds while a vCPU runs it.
 *
 * <p>The stack holds frames of {return step, caller's frame, locals…}; a step reaches only the
 * locals of the innermost frame.
 */
public final class Task extends Record {
  /** Whose turn it is. */
  public enum State {
    FREE,
    READY,
    RUNNING,
    PARKED;

    private static final State[] ALL = values();
  }

  /** A kernel thread: no signal ends it. */
  public static final int KERNEL = 1;

  /** Writes to the kernel log, never to hvc0. */
  public static final int BACKGROUND = 2;

  /** Asked to end. */
  public static final int KILLED = 4;

  /** On its way out. */
  public static final int EXITING = 8;

  /** In the middle of what must not be left half done; ends afterwards. */
  public static final int CRITICAL = 16;

  /** Runs on vCPU 0 only. */
  public static final int ON_VCPU_0 = 32;

  /** A backend may still write to its pages: they are never given back. */
  public static final int PAGES_LOST = 64;

  /** Its deadline passed before what it waited for came. */
  public static final int TIMED_OUT = 128;

  /** Killed by ^C. */
  public static final int INTERRUPTED = 256;

  /** Takes echo replies: its work page has an inbox for them. */
  public static final int LISTENS = 512;

  /** Asked to end, it says its last words first; asked again, it just ends. */
  public static final int CATCHES = 1024;

  /** Extents of pages that it owns beside its work page. */
  public static final int EXTENTS = 2;

  public static final int STACK_LONGS = 37;

  /** Bytes for a hypercall's argument. */
  public static final int SCRATCH_SIZE = 24;

  private static final int STATE = 0x00;
  private static final int PID = 0x04;
  private static final int RIP = 0x08;
  private static final int RAX = 0x10;
  private static final int WAIT = 0x18;
  private static final int FLAGS = 0x1c;
  private static final int WAIT_KEY = 0x20;
  private static final int DEADLINE = 0x28;
  private static final int NEXT = 0x30;
  private static final int WORK_PAGE = 0x38;
  private static final int FRAME = 0x40;
  private static final int TOP = 0x44;
  private static final int RESULT = 0x48;
  private static final int PARENT = 0x50;
  private static final int IN_FLIGHT = 0x58;
  private static final int STATUS = 0x5c;
  private static final int STARTED = 0x60;
  private static final int EXTENT = 0x68;
  private static final int REQUEST = 0x88;
  private static final int REPLY_TYPE = 0x8c;
  private static final int REPLY_AT = 0x90;
  private static final int REPLY_ROOM = 0x98;
  private static final int REPLY_LENGTH = 0x9c;
  private static final int NAME = 0xa8;
  private static final int NAME_SIZE = 24;
  private static final int SCRATCH = 0xc0;
  private static final int STACK = 0xd8;

  public Task(Memory memory, long address) {
    super(memory, address);
  }

  /** Whether {@code address} is that of a task record. */
  public static boolean isTask(long address) {
    long offset = Layout.TASKS_END - address;
    return offset > 0
        && offset <= (long) Layout.TASK_COUNT * Layout.TASK_SIZE
        && offset % Layout.TASK_SIZE == 0;
  }

  /** Forgets whatever ran here. */
  public void clear() {
    memory.fill(address, Layout.TASK_SIZE, (byte) 0);
  }

  public State state() {
    int number = int32(STATE);
    return number >= 0 && number < State.ALL.length ? State.ALL[number] : State.FREE;
  }

  public void state(State state) {
    int32(STATE, state.ordinal());
  }

  public int pid() {
    return int32(PID);
  }

  public void pid(int pid) {
    int32(PID, pid);
  }

  /** Where it goes on when it gets a vCPU. */
  public long rip() {
    return int64(RIP);
  }

  public void rip(long step) {
    int64(RIP, step);
  }

  public long rax() {
    return int64(RAX);
  }

  public void rax(long value) {
    int64(RAX, value);
  }

  public Wait waitsFor() {
    return Wait.of(int32(WAIT));
  }

  public long waitKey() {
    return int64(WAIT_KEY);
  }

  public void waitFor(Wait what, long key, long deadlineNs) {
    int32(WAIT, what.ordinal());
    int64(WAIT_KEY, key);
    int64(DEADLINE, deadlineNs);
  }

  /** In guest time; 0 when it waits without one. */
  public long deadline() {
    return int64(DEADLINE);
  }

  public boolean is(int flag) {
    return flag(FLAGS, flag);
  }

  public void set(int flag, boolean on) {
    flag(FLAGS, flag, on);
  }

  public void flags(int flags) {
    int32(FLAGS, flags);
  }

  /** Asked to end, and free to. */
  public boolean mustDie() {
    return (int32(FLAGS) & (KILLED | EXITING | CRITICAL | KERNEL | CATCHES)) == KILLED;
  }

  public long next() {
    return int64(NEXT);
  }

  public void next(long task) {
    int64(NEXT, task);
  }

  /** A page for arguments and scratch data, or 0. */
  public long workPage() {
    return int64(WORK_PAGE);
  }

  public void workPage(long address) {
    int64(WORK_PAGE, address);
  }

  /** What the last call returned. */
  public long result() {
    return int64(RESULT);
  }

  public void result(long value) {
    int64(RESULT, value);
  }

  public long parent() {
    return int64(PARENT);
  }

  public void parent(long task) {
    int64(PARENT, task);
  }

  /** Block requests that the task has not taken back. */
  public int inFlight() {
    return int32(IN_FLIGHT);
  }

  public void inFlight(int count) {
    int32(IN_FLIGHT, count);
  }

  /** Exit status of the last child waited for. */
  public int childStatus() {
    return int32(STATUS);
  }

  public void childStatus(int status) {
    int32(STATUS, status);
  }

  public long startedNs() {
    return int64(STARTED);
  }

  public void startedNs(long time) {
    int64(STARTED, time);
  }

  public long extentGfn(int index) {
    return int64(extent(index));
  }

  public long extentCount(int index) {
    return int64(extent(index) + 8);
  }

  public void extent(int index, long gfn, long count) {
    int64(extent(index), gfn);
    int64(extent(index) + 8, count);
  }

  /** Id of the xenstore request it waits for, or 0. */
  public int request() {
    return int32(REQUEST);
  }

  public void request(int id) {
    int32(REQUEST, id);
  }

  public int replyType() {
    return int32(REPLY_TYPE);
  }

  public void replyType(int type) {
    int32(REPLY_TYPE, type);
  }

  /** Where the reply's payload goes, and how much fits. */
  public void replyRoom(long address, int size) {
    int64(REPLY_AT, address);
    int32(REPLY_ROOM, size);
  }

  public long replyAt() {
    return int64(REPLY_AT);
  }

  public int replyRoom() {
    return int32(REPLY_ROOM);
  }

  /** The payload's length on the wire, which may be more than fitted. */
  public int replyLength() {
    return int32(REPLY_LENGTH);
  }

  public void replyLength(int length) {
    int32(REPLY_LENGTH, length);
  }

  public String name() {
    return text(NAME, NAME_SIZE);
  }

  public void name(String name) {
    text(NAME, NAME_SIZE, name);
  }

  /** Where a hypercall's argument may be built; it stays until the next hypercall. */
  public long scratch() {
    return address + SCRATCH;
  }

  /** Enters a routine with {@code locals} locals, the first of them {@code arguments}. */
  public void enter(long returnTo, int locals, long... arguments) {
    int top = int32(TOP);
    int base = top + 2;
    if (base + locals > STACK_LONGS || arguments.length > locals) {
      throw new IllegalStateException(name() + ": stack overflow");
    }
    int64(slot(top), returnTo);
    int64(slot(top + 1), int32(FRAME));
    for (int i = 0; i < locals; i++) {
      int64(slot(base + i), i < arguments.length ? arguments[i] : 0);
    }
    int32(FRAME, base);
    int32(TOP, base + locals);
  }

  /** Leaves the routine; where its caller goes on. */
  public long leave() {
    int base = int32(FRAME);
    long returnTo = int64(slot(base - 2));
    int32(FRAME, (int) int64(slot(base - 1)));
    int32(TOP, base - 2);
    return returnTo;
  }

  public long local(int index) {
    return int64(checkedLocal(index));
  }

  public void local(int index, long value) {
    int64(checkedLocal(index), value);
  }

  /** Adds to a local and returns the sum. */
  public long add(int index, long amount) {
    int at = checkedLocal(index);
    long sum = int64(at) + amount;
    int64(at, sum);
    return sum;
  }

  private int checkedLocal(int index) {
    int at = int32(FRAME) + index;
    if (index < 0 || at >= int32(TOP)) {
      throw new IllegalStateException("no local " + index);
    }
    return slot(at);
  }

  private static int slot(int index) {
    if (index < 0 || index >= STACK_LONGS) {
      throw new IllegalStateException("stack index " + index);
    }
    return STACK + 8 * index;
  }

  private static int extent(int index) {
    return EXTENT + 16 * index;
  }
}
