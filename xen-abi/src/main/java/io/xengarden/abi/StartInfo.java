package io.xengarden.abi;

import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The page that a paravirtual kernel finds in rsi when it starts. Source: struct start_info,
 * xen/include/public/xen.h (x86_64, 1168 bytes).
 *
 * @param magic at most 31 bytes, {@link #MAGIC_X86_64}
 * @param nrPages the domain's pages
 * @param sharedInfo address of the shared_info page
 * @param flags SIF_*
 * @param storeMfn frame of the xenstore page (a gfn for an auto-translated guest)
 * @param consoleMfn frame of the console page (likewise)
 * @param ptBase virtual address of the top page table; 0 when there is none
 * @param modStart virtual address (or pfn, by SIF_MOD_START_PFN) of the ramdisk
 * @param modLen its bytes
 * @param cmdLine at most 1023 bytes of UTF-8, no NUL
 */
public record StartInfo(
    String magic,
    long nrPages,
    long sharedInfo,
    int flags,
    long storeMfn,
    int storeEvtchn,
    long consoleMfn,
    int consoleEvtchn,
    long ptBase,
    long nrPtFrames,
    long mfnList,
    long modStart,
    long modLen,
    String cmdLine,
    long firstP2mPfn,
    long nrP2mFrames) {
  public static final String MAGIC_X86_64 = "xen-3.0-x86_64";
  public static final int SIZE = 1168;

  public static final int MAGIC = 0;

  /** Bytes of the magic with its NUL. */
  public static final int MAGIC_SIZE = 32;

  public static final int NR_PAGES = 0x20;
  public static final int SHARED_INFO = 0x28;
  public static final int FLAGS = 0x30;
  public static final int STORE_MFN = 0x38;
  public static final int STORE_EVTCHN = 0x40;
  public static final int CONSOLE_MFN = 0x48;
  public static final int CONSOLE_EVTCHN = 0x50;
  public static final int PT_BASE = 0x58;
  public static final int NR_PT_FRAMES = 0x60;
  public static final int MFN_LIST = 0x68;
  public static final int MOD_START = 0x70;
  public static final int MOD_LEN = 0x78;
  public static final int CMD_LINE = 0x80;

  /** Bytes of the command line with its NUL. */
  public static final int CMD_LINE_SIZE = 1024;

  public static final int FIRST_P2M_PFN = 0x480;
  public static final int NR_P2M_FRAMES = 0x488;

  public static final int SIF_PRIVILEGED = 1;
  public static final int SIF_INITDOMAIN = 2;
  public static final int SIF_MULTIBOOT_MOD = 4;
  public static final int SIF_MOD_START_PFN = 8;
  public static final int SIF_VIRT_P2M_4TOOLS = 16;

  public StartInfo {
    requireFits("magic", magic, MAGIC_SIZE);
    requireFits("command line", cmdLine, CMD_LINE_SIZE);
  }

  /** Writes all 1168 bytes at {@code base}. */
  public void writeTo(Memory memory, long base) {
    ByteBuffer bytes = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(MAGIC, magic.getBytes(StandardCharsets.UTF_8));
    bytes.putLong(NR_PAGES, nrPages);
    bytes.putLong(SHARED_INFO, sharedInfo);
    bytes.putInt(FLAGS, flags);
    bytes.putLong(STORE_MFN, storeMfn);
    bytes.putInt(STORE_EVTCHN, storeEvtchn);
    bytes.putLong(CONSOLE_MFN, consoleMfn);
    bytes.putInt(CONSOLE_EVTCHN, consoleEvtchn);
    bytes.putLong(PT_BASE, ptBase);
    bytes.putLong(NR_PT_FRAMES, nrPtFrames);
    bytes.putLong(MFN_LIST, mfnList);
    bytes.putLong(MOD_START, modStart);
    bytes.putLong(MOD_LEN, modLen);
    bytes.put(CMD_LINE, cmdLine.getBytes(StandardCharsets.UTF_8));
    bytes.putLong(FIRST_P2M_PFN, firstP2mPfn);
    bytes.putLong(NR_P2M_FRAMES, nrP2mFrames);
    memory.write(base, bytes.array());
  }

  /**
   * Reads what lies at {@code base}, whatever it is: a string without its NUL ends one byte before
   * its field does, bytes that are no UTF-8 become question marks.
   */
  public static StartInfo readFrom(Memory memory, long base) {
    ByteBuffer bytes = ByteBuffer.wrap(memory.read(base, SIZE)).order(ByteOrder.LITTLE_ENDIAN);
    return new StartInfo(
        string(bytes, MAGIC, MAGIC_SIZE),
        bytes.getLong(NR_PAGES),
        bytes.getLong(SHARED_INFO),
        bytes.getInt(FLAGS),
        bytes.getLong(STORE_MFN),
        bytes.getInt(STORE_EVTCHN),
        bytes.getLong(CONSOLE_MFN),
        bytes.getInt(CONSOLE_EVTCHN),
        bytes.getLong(PT_BASE),
        bytes.getLong(NR_PT_FRAMES),
        bytes.getLong(MFN_LIST),
        bytes.getLong(MOD_START),
        bytes.getLong(MOD_LEN),
        string(bytes, CMD_LINE, CMD_LINE_SIZE),
        bytes.getLong(FIRST_P2M_PFN),
        bytes.getLong(NR_P2M_FRAMES));
  }

  private static String string(ByteBuffer bytes, int offset, int size) {
    int length = 0;
    while (length < size - 1 && bytes.get(offset + length) != 0) {
      length++;
    }
    // '?' takes one byte where the usual replacement character takes three and might not fit.
    return new String(bytes.array(), offset, length, StandardCharsets.UTF_8).replace('\uFFFD', '?');
  }

  private static void requireFits(String what, String text, int size) {
    int length = text.getBytes(StandardCharsets.UTF_8).length;
    if (length >= size || text.indexOf(0) >= 0) {
      throw new IllegalArgumentException(
          what + " of " + length + " bytes, at most " + (size - 1) + " and no NUL");
    }
  }
}
