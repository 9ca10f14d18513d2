package io.xengarden.domain.pebble.image;

import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** The image's header and the kernel's global variables: the first 512 bytes. */
public final class KernelState extends Record {
  /** The kernel log no longer goes to hvc0: the shell has it. */
  public static final int QUIET = 1;

  /** The first look at xenstore is done: devices, vCPUs and control nodes are known. */
  public static final int PROBED = 2;

  /** A suspend is under way: no new xenstore request, no vCPU but 0. */
  public static final int SUSPENDING = 4;

  /** ^C was typed since the last prompt. */
  public static final int INTERRUPTED = 8;

  /** The thread that serves network interfaces is there. */
  public static final int NET_THREAD = 16;

  private static final int MAGIC_AT = 0x000;
  private static final int FORMAT_AT = 0x008;
  private static final int FLAGS = 0x00c;
  private static final int BOOT_ID = 0x010;
  private static final int ENTROPY = 0x020;
  private static final int START_INFO = 0x040;
  private static final int SHARED_INFO = 0x048;
  private static final int RAM_PAGES = 0x050;
  private static final int CONSOLE_RING = 0x058;
  private static final int STORE_RING = 0x060;
  private static final int STORE_PORT = 0x068;
  private static final int CONSOLE_PORT = 0x06c;
  private static final int RUN_HEAD = 0x070;
  private static final int RUN_TAIL = 0x078;
  private static final int TASKS_USED = 0x080;
  private static final int NEXT_PID = 0x084;
  private static final int LOG_END = 0x088;
  private static final int LOG_PRINTED = 0x090;
  private static final int GRANT_FRAMES = 0x098;
  private static final int XENWATCH = 0x09c;
  private static final int EDIT_LENGTH = 0x0a0;
  private static final int LINE_LENGTH = 0x0a4;
  private static final int ESCAPE = 0x0a8;
  private static final int COLUMN = 0x0ac;
  private static final int FOREGROUND = 0x0b0;
  private static final int FILLED_PAGES = 0x0b8;
  private static final int SUSPENDS = 0x0c0;
  private static final int HOST_NAME = 0x0e0;
  private static final int HOST_NAME_SIZE = 64;

  public KernelState(Memory memory) {
    super(memory, Layout.STATE);
  }

  /** What the image's author writes before the first boot. */
  public void format(RandomGenerator entropy) {
    int64(MAGIC_AT, Layout.MAGIC);
    int32(FORMAT_AT, Layout.FORMAT);
    for (int word = 0; word < 4; word++) {
      int64(ENTROPY + 8 * word, entropy.nextLong());
    }
    int64(BOOT_ID, entropy.nextLong());
    int64(BOOT_ID + 8, entropy.nextLong());
    int32(NEXT_PID, 1);
  }

  public long magic() {
    return int64(MAGIC_AT);
  }

  public int format() {
    return int32(FORMAT_AT);
  }

  /** Made at boot, the same until the next one: wherever the domain runs meanwhile. */
  public UUID bootId() {
    long high = (int64(BOOT_ID) & ~0xf000L) | 0x4000L;
    long low = (int64(BOOT_ID + 8) & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }

  /** xoshiro256**, its state in the header. */
  public long nextRandom() {
    long s0 = int64(ENTROPY);
    long s1 = int64(ENTROPY + 8);
    long s2 = int64(ENTROPY + 16) ^ s0;
    long s3 = int64(ENTROPY + 24) ^ s1;
    int64(ENTROPY, s0 ^ s3);
    int64(ENTROPY + 8, s1 ^ s2);
    int64(ENTROPY + 16, s2 ^ (s1 << 17));
    int64(ENTROPY + 24, Long.rotateLeft(s3, 45));
    return Long.rotateLeft(s1 * 5, 7) * 9;
  }

  public byte[] randomBytes(int count) {
    ByteBuffer bytes = ByteBuffer.allocate((count + 7) & ~7).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      bytes.putLong(nextRandom());
    }
    return java.util.Arrays.copyOf(bytes.array(), count);
  }

  public boolean is(int flag) {
    return flag(FLAGS, flag);
  }

  public void set(int flag, boolean on) {
    flag(FLAGS, flag, on);
  }

  public long startInfo() {
    return int64(START_INFO);
  }

  public void startInfo(long address) {
    int64(START_INFO, address);
  }

  public long sharedInfo() {
    return int64(SHARED_INFO);
  }

  public void sharedInfo(long address) {
    int64(SHARED_INFO, address);
  }

  /** RAM, from gfn 0. */
  public long ramPages() {
    return int64(RAM_PAGES);
  }

  public void ramPages(long pages) {
    int64(RAM_PAGES, pages);
  }

  public long consoleRing() {
    return int64(CONSOLE_RING);
  }

  public void consoleRing(long address) {
    int64(CONSOLE_RING, address);
  }

  public long storeRing() {
    return int64(STORE_RING);
  }

  public void storeRing(long address) {
    int64(STORE_RING, address);
  }

  public int storePort() {
    return int32(STORE_PORT);
  }

  public void storePort(int port) {
    int32(STORE_PORT, port);
  }

  public int consolePort() {
    return int32(CONSOLE_PORT);
  }

  public void consolePort(int port) {
    int32(CONSOLE_PORT, port);
  }

  /** First task ready to run, or 0. */
  public long runHead() {
    return int64(RUN_HEAD);
  }

  public void runHead(long task) {
    int64(RUN_HEAD, task);
  }

  public long runTail() {
    return int64(RUN_TAIL);
  }

  public void runTail(long task) {
    int64(RUN_TAIL, task);
  }

  /** One more than the highest task index ever used: bounds every scan. */
  public int tasksUsed() {
    return int32(TASKS_USED);
  }

  public void tasksUsed(int count) {
    int32(TASKS_USED, count);
  }

  public int takePid() {
    int pid = int32(NEXT_PID);
    int32(NEXT_PID, pid == Integer.MAX_VALUE ? 1 : pid + 1);
    return pid;
  }

  /** Bytes ever logged. */
  public long logEnd() {
    return int64(LOG_END);
  }

  public void logEnd(long position) {
    int64(LOG_END, position);
  }

  /** Bytes of the log that hvc0 has got, while it gets them. */
  public long logPrinted() {
    return int64(LOG_PRINTED);
  }

  public void logPrinted(long position) {
    int64(LOG_PRINTED, position);
  }

  /** Grant frames mapped above shared_info, from the first. */
  public int grantFrames() {
    return int32(GRANT_FRAMES);
  }

  public void grantFrames(int count) {
    int32(GRANT_FRAMES, count);
  }

  /** What xenwatch has to look at: bits of its own. */
  public int xenwatch() {
    return int32(XENWATCH);
  }

  public void xenwatch(int bits) {
    int32(XENWATCH, bits);
  }

  /** Bytes in the line being edited. */
  public int editLength() {
    return int32(EDIT_LENGTH);
  }

  public void editLength(int length) {
    int32(EDIT_LENGTH, length);
  }

  /** Bytes in the finished line, its line feed included; 0 when there is none. */
  public int lineLength() {
    return int32(LINE_LENGTH);
  }

  public void lineLength(int length) {
    int32(LINE_LENGTH, length);
  }

  /** How far into an escape sequence the terminal's input is. */
  public int escape() {
    return int32(ESCAPE);
  }

  public void escape(int state) {
    int32(ESCAPE, state);
  }

  /** Whether the terminal's cursor is at the start of a line. */
  public boolean atLineStart() {
    return int32(COLUMN) == 0;
  }

  public void atLineStart(boolean atStart) {
    int column = atStart ? 0 : 1;
    if (int32(COLUMN) != column) {
      int32(COLUMN, column);
    }
  }

  /** The task that ^C ends, or 0. */
  public long foreground() {
    return int64(FOREGROUND);
  }

  public void foreground(long task) {
    int64(FOREGROUND, task);
  }

  /** Pages that {@code fill} keeps. */
  public long filledPages() {
    return int64(FILLED_PAGES);
  }

  public void filledPages(long pages) {
    int64(FILLED_PAGES, pages);
  }

  /** How often the domain came back from a suspend in a new place. */
  public long resumes() {
    return int64(SUSPENDS);
  }

  public void resumes(long count) {
    int64(SUSPENDS, count);
  }

  public String hostName() {
    return text(HOST_NAME, HOST_NAME_SIZE);
  }

  public void hostName(String name) {
    text(HOST_NAME, HOST_NAME_SIZE, name);
  }
}
