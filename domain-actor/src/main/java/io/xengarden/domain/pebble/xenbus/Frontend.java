package io.xengarden.domain.pebble.xenbus;

import io.xengarden.abi.XenbusState;
import io.xengarden.domain.pebble.image.Record;
import io.xengarden.machine.Memory;

/** What the records of all devices begin with: the frontend's half of the xenbus handshake. */
public class Frontend extends Record {
  /** The slot holds a device. */
  public static final int USED = 1;

  /** Its directory is gone. */
  public static final int GONE = 2;

  /** The backend's state is watched. */
  public static final int WATCHED = 4;

  /** It could not be connected: not tried again before a resume. */
  public static final int FAILED = 8;

  /** First flag that a kind may use by itself. */
  protected static final int FIRST_OWN_FLAG = 256;

  /** First byte that a kind may use by itself. */
  protected static final int FIRST_OWN_BYTE = 0x80;

  /** Its rings are in use. */
  public static final int RUNNING = FIRST_OWN_FLAG << 3;

  private static final int DEVID = 0x00;
  private static final int FLAGS = 0x04;
  private static final int STATE = 0x08;
  private static final int BACKEND_ID = 0x0c;
  private static final int PORT = 0x10;
  private static final int BACKEND = 0x18;
  private static final int BACKEND_SIZE = 0x68;

  public Frontend(Memory memory, long address) {
    super(memory, address);
  }

  public static Frontend of(Memory memory, DeviceKind kind, int slot) {
    return new Frontend(memory, kind.record(slot));
  }

  /** Begins with a device of which only the number is known. */
  void begin(DeviceKind kind, int devid) {
    memory.fill(address, kind.recordSize(), (byte) 0);
    int32(DEVID, devid);
    int32(FLAGS, USED);
    state(XenbusState.INITIALISING);
  }

  public int devid() {
    return int32(DEVID);
  }

  public boolean is(int flag) {
    return flag(FLAGS, flag);
  }

  public void set(int flag, boolean on) {
    flag(FLAGS, flag, on);
  }

  /** The frontend's own state, as it last wrote it. */
  public XenbusState state() {
    return XenbusState.of(int32(STATE));
  }

  public void state(XenbusState state) {
    int32(STATE, state.number());
  }

  public int backendId() {
    return int32(BACKEND_ID);
  }

  public void backendId(int domid) {
    int32(BACKEND_ID, domid);
  }

  public int port() {
    return int32(PORT);
  }

  public void port(int port) {
    int32(PORT, port);
  }

  /** The backend's path; empty while it is not known. */
  public String backend() {
    return text(BACKEND, BACKEND_SIZE);
  }

  public void backend(String path) {
    text(BACKEND, BACKEND_SIZE, path);
  }

  /** Longest path that fits. */
  static int backendMax() {
    return BACKEND_SIZE - 1;
  }

  /** Its own directory, relative to the domain's. */
  public String path(DeviceKind kind) {
    return "device/" + kind.directory() + "/" + Integer.toUnsignedString(devid());
  }
}
