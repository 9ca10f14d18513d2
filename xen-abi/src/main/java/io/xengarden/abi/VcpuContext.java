package io.xengarden.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The registers of one vCPU, and their image in a save file or VCPUOP_initialise: struct
 * vcpu_guest_context, 5168 bytes on x86_64. Source: xen/include/public/arch-x86/xen.h and
 * xen-x86_64.h.
 *
 * <p>A plain register file: public fields, owned by the thread that runs the vCPU. Bytes that have
 * no field here (FPU state, trap table, padding) are kept as they came.
 */
public final class VcpuContext {
  public static final int SIZE = 5168;

  /** Offsets of the image. */
  public static final int FPU_CTXT = 0;

  public static final int FPU_CTXT_SIZE = 512;
  public static final int FLAGS = 512;
  public static final int USER_REGS = 520;
  public static final int USER_REGS_SIZE = 200;
  public static final int TRAP_CTXT = 720;
  public static final int TRAP_INFO_SIZE = 16;
  public static final int TRAP_COUNT = 256;
  public static final int LDT_BASE = 4816;
  public static final int LDT_ENTS = 4824;
  public static final int GDT_FRAMES = 4832;
  public static final int GDT_ENTS = 4960;
  public static final int KERNEL_SS = 4968;
  public static final int KERNEL_SP = 4976;
  public static final int CTRLREG = 4984;
  public static final int DEBUGREG = 5048;
  public static final int EVENT_CALLBACK_EIP = 5112;
  public static final int FAILSAFE_CALLBACK_EIP = 5120;
  public static final int SYSCALL_CALLBACK_EIP = 5128;
  public static final int VM_ASSIST = 5136;
  public static final int FS_BASE = 5144;
  public static final int GS_BASE_KERNEL = 5152;
  public static final int GS_BASE_USER = 5160;

  /** Bits of {@link #flags}. */
  public static final long VGCF_I387_VALID = 1;

  public static final long VGCF_IN_KERNEL = 1 << 2;
  public static final long VGCF_FAILSAFE_DISABLES_EVENTS = 1 << 3;
  public static final long VGCF_SYSCALL_DISABLES_EVENTS = 1 << 4;
  public static final long VGCF_ONLINE = 1 << 5;

  /** Selectors Xen puts into every GDT. */
  public static final int FLAT_KERNEL_CS = 0xe033;

  public static final int FLAT_KERNEL_SS = 0xe02b;

  /** The interrupt flag of {@link #rflags}. */
  public static final long RFLAGS_IF = 1 << 9;

  /** The image of every context that was not read from one; never written to. */
  private static final byte[] ZEROS = new byte[SIZE];

  private static final int GDT_FRAME_COUNT = 16;
  private static final int CONTROL_REGISTERS = 8;
  private static final int CR3 = 3;

  public long rax;
  public long rbx;
  public long rcx;
  public long rdx;
  public long rsi;
  public long rdi;
  public long rbp;
  public long rsp;
  public long r8;
  public long r9;
  public long r10;
  public long r11;
  public long r12;
  public long r13;
  public long r14;
  public long r15;
  public long rip;
  public long rflags;

  /** Selectors, u16. */
  public int cs;

  public int ss;
  public int ds;
  public int es;
  public int fs;
  public int gs;

  /** u8. */
  public int savedUpcallMask;

  /** VGCF_*. */
  public long flags;

  public long ldtBase;
  public long ldtEnts;
  public final long[] gdtFrames = new long[GDT_FRAME_COUNT];
  public long gdtEnts;
  public long kernelSs;
  public long kernelSp;

  /** CR0 to CR7; [1] is the user page table's CR3. */
  public final long[] ctrlreg = new long[CONTROL_REGISTERS];

  public final long[] debugreg = new long[CONTROL_REGISTERS];
  public long eventCallbackEip;
  public long failsafeCallbackEip;
  public long syscallCallbackEip;
  public long vmAssist;
  public long fsBase;
  public long gsBaseKernel;
  public long gsBaseUser;

  /** The image it came from, for the bytes without a field. */
  private final byte[] image;

  public VcpuContext() {
    this(ZEROS);
  }

  private VcpuContext(byte[] image) {
    this.image = image;
  }

  public long cr3() {
    return ctrlreg[CR3];
  }

  public void cr3(long value) {
    ctrlreg[CR3] = value;
  }

  public boolean isOnline() {
    return (flags & VGCF_ONLINE) != 0;
  }

  /** A context of its own with the same content. */
  public VcpuContext copy() {
    return fromBytes(toBytes());
  }

  /** The 5168 bytes of the structure. */
  public byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.wrap(image.clone()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(FLAGS, flags);
    putUserRegs(bytes);
    bytes.putLong(LDT_BASE, ldtBase).putLong(LDT_ENTS, ldtEnts);
    putLongs(bytes, GDT_FRAMES, gdtFrames);
    bytes.putLong(GDT_ENTS, gdtEnts).putLong(KERNEL_SS, kernelSs).putLong(KERNEL_SP, kernelSp);
    putLongs(bytes, CTRLREG, ctrlreg);
    putLongs(bytes, DEBUGREG, debugreg);
    bytes.putLong(EVENT_CALLBACK_EIP, eventCallbackEip);
    bytes.putLong(FAILSAFE_CALLBACK_EIP, failsafeCallbackEip);
    bytes.putLong(SYSCALL_CALLBACK_EIP, syscallCallbackEip);
    bytes.putLong(VM_ASSIST, vmAssist);
    bytes.putLong(FS_BASE, fsBase);
    bytes.putLong(GS_BASE_KERNEL, gsBaseKernel).putLong(GS_BASE_USER, gsBaseUser);
    return bytes.array();
  }

  /**
   * The context in an image.
   *
   * @throws IllegalArgumentException when it is not 5168 bytes long
   */
  public static VcpuContext fromBytes(byte[] image) {
    if (image.length != SIZE) {
      throw new IllegalArgumentException("vCPU context of " + image.length + " bytes, not " + SIZE);
    }
    VcpuContext context = new VcpuContext(image.clone());
    ByteBuffer bytes = ByteBuffer.wrap(context.image).order(ByteOrder.LITTLE_ENDIAN);
    context.flags = bytes.getLong(FLAGS);
    context.getUserRegs(bytes);
    context.ldtBase = bytes.getLong(LDT_BASE);
    context.ldtEnts = bytes.getLong(LDT_ENTS);
    getLongs(bytes, GDT_FRAMES, context.gdtFrames);
    context.gdtEnts = bytes.getLong(GDT_ENTS);
    context.kernelSs = bytes.getLong(KERNEL_SS);
    context.kernelSp = bytes.getLong(KERNEL_SP);
    getLongs(bytes, CTRLREG, context.ctrlreg);
    getLongs(bytes, DEBUGREG, context.debugreg);
    context.eventCallbackEip = bytes.getLong(EVENT_CALLBACK_EIP);
    context.failsafeCallbackEip = bytes.getLong(FAILSAFE_CALLBACK_EIP);
    context.syscallCallbackEip = bytes.getLong(SYSCALL_CALLBACK_EIP);
    context.vmAssist = bytes.getLong(VM_ASSIST);
    context.fsBase = bytes.getLong(FS_BASE);
    context.gsBaseKernel = bytes.getLong(GS_BASE_KERNEL);
    context.gsBaseUser = bytes.getLong(GS_BASE_USER);
    return context;
  }

  private void putUserRegs(ByteBuffer bytes) {
    bytes.position(USER_REGS);
    bytes.putLong(r15).putLong(r14).putLong(r13).putLong(r12).putLong(rbp).putLong(rbx);
    bytes.putLong(r11).putLong(r10).putLong(r9).putLong(r8);
    bytes.putLong(rax).putLong(rcx).putLong(rdx).putLong(rsi).putLong(rdi);
    skip(bytes, 8); // error_code, entry_vector: private to Xen
    bytes.putLong(rip).putShort((short) cs);
    skip(bytes, 2);
    bytes.put((byte) savedUpcallMask);
    skip(bytes, 3);
    bytes.putLong(rflags).putLong(rsp);
    putSelector(bytes, ss);
    putSelector(bytes, es);
    putSelector(bytes, ds);
    putSelector(bytes, fs);
    putSelector(bytes, gs);
  }

  private void getUserRegs(ByteBuffer bytes) {
    bytes.position(USER_REGS);
    r15 = bytes.getLong();
    r14 = bytes.getLong();
    r13 = bytes.getLong();
    r12 = bytes.getLong();
    rbp = bytes.getLong();
    rbx = bytes.getLong();
    r11 = bytes.getLong();
    r10 = bytes.getLong();
    r9 = bytes.getLong();
    r8 = bytes.getLong();
    rax = bytes.getLong();
    rcx = bytes.getLong();
    rdx = bytes.getLong();
    rsi = bytes.getLong();
    rdi = bytes.getLong();
    skip(bytes, 8);
    rip = bytes.getLong();
    cs = Short.toUnsignedInt(bytes.getShort());
    skip(bytes, 2);
    savedUpcallMask = Byte.toUnsignedInt(bytes.get());
    skip(bytes, 3);
    rflags = bytes.getLong();
    rsp = bytes.getLong();
    ss = getSelector(bytes);
    es = getSelector(bytes);
    ds = getSelector(bytes);
    fs = getSelector(bytes);
    gs = getSelector(bytes);
  }

  private static void putSelector(ByteBuffer bytes, int selector) {
    bytes.putShort((short) selector);
    skip(bytes, 6);
  }

  private static int getSelector(ByteBuffer bytes) {
    int selector = Short.toUnsignedInt(bytes.getShort());
    skip(bytes, 6);
    return selector;
  }

  private static void putLongs(ByteBuffer bytes, int offset, long[] values) {
    bytes
        .slice(offset, 8 * values.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asLongBuffer()
        .put(values);
  }

  private static void getLongs(ByteBuffer bytes, int offset, long[] values) {
    bytes
        .slice(offset, 8 * values.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asLongBuffer()
        .get(values);
  }

  private static void skip(ByteBuffer bytes, int count) {
    bytes.position(bytes.position() + count);
  }
}
