package io.xengarden.domain.pebble.image;

import io.xengarden.machine.Memory;

/** A vCPU as the kernel keeps it. Its address is what rsp holds while no task runs there. */
public final class VcpuRecord extends Record {
  /** Has been brought up and not gone down. */
  public static final int ONLINE = 1;

  /** Blocked, or about to block: a kick wakes it. */
  public static final int IDLE = 2;

  /** Shall go down as soon as it has no task. */
  public static final int LEAVING = 4;

  /** No timer is set. */
  public static final long NEVER = Long.MAX_VALUE;

  private static final int FLAGS = 0x00;
  private static final int KICK_PORT = 0x04;
  private static final int SAVED_RIP = 0x08;
  private static final int SAVED_RSP = 0x10;
  private static final int SAVED_RAX = 0x18;
  private static final int TIMER = 0x20;
  private static final int IDLE_SINCE = 0x28;
  private static final int IDLE_TIME = 0x30;
  private static final int SCRATCH = 0x38;

  public VcpuRecord(Memory memory, int index) {
    super(memory, Layout.vcpu(index));
  }

  public boolean is(int flag) {
    return flag(FLAGS, flag);
  }

  public void set(int flag, boolean on) {
    flag(FLAGS, flag, on);
  }

  /** The port whose event makes it look at the run queue; 0 while it has none. */
  public int kickPort() {
    return int32(KICK_PORT);
  }

  public void kickPort(int port) {
    int32(KICK_PORT, port);
  }

  /** Keeps what an upcall interrupts. */
  public void save(long rip, long rsp, long rax) {
    int64(SAVED_RIP, rip);
    int64(SAVED_RSP, rsp);
    int64(SAVED_RAX, rax);
  }

  public long savedRip() {
    return int64(SAVED_RIP);
  }

  public long savedRsp() {
    return int64(SAVED_RSP);
  }

  public long savedRax() {
    return int64(SAVED_RAX);
  }

  /** When its timer rings, in guest time, or {@link #NEVER}. */
  public long timer() {
    return int64(TIMER);
  }

  public void timer(long deadlineNs) {
    int64(TIMER, deadlineNs);
  }

  public long idleSince() {
    return int64(IDLE_SINCE);
  }

  public void idleSince(long time) {
    int64(IDLE_SINCE, time);
  }

  public long idleTime() {
    return int64(IDLE_TIME);
  }

  public void idleTime(long sum) {
    int64(IDLE_TIME, sum);
  }

  /** Eight bytes for the argument of a hypercall that is answered at once. */
  public long scratch() {
    return address + SCRATCH;
  }
}
