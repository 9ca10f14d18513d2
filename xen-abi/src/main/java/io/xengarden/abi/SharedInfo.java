package io.xengarden.abi;

import io.xengarden.machine.Memory;
import java.lang.invoke.VarHandle;

/**
 * The page a domain shares with Xen: 32 vcpu_info of 64 bytes, event-channel bits, wall clock.
 * Source: struct shared_info, xen/include/public/xen.h (x86_64).
 *
 * <p>{@code base} is the page's address in {@code memory}. Pending and mask bits are changed
 * atomically. The guest and its vCPUs' thread are the only ones to change upcall bytes, which share
 * a word.
 */
public final class SharedInfo {
  /** Ports of a 64-bit guest with 2-level event channels. */
  public static final int EVTCHN_2L_PORTS = 4096;

  /** vCPUs that have their vcpu_info here; others must register one elsewhere. */
  public static final int MAX_LEGACY_VCPUS = 32;

  public static final int VCPU_INFO_SIZE = 64;
  public static final int UPCALL_PENDING = 0;
  public static final int UPCALL_MASK = 1;
  public static final int PENDING_SEL = 8;
  public static final int CR2 = 16;
  public static final int TIME = 32;

  public static final int EVTCHN_PENDING = 0x800;
  public static final int EVTCHN_MASK = 0xa00;
  public static final int WC_VERSION = 0xc00;
  public static final int WC_SEC = 0xc04;
  public static final int WC_NSEC = 0xc08;
  public static final int WC_SEC_HI = 0xc0c;
  public static final int ARCH_MAX_PFN = 0xc10;
  public static final int ARCH_PFN_TO_MFN_FRAME_LIST_LIST = 0xc18;
  public static final int ARCH_NMI_REASON = 0xc20;
  public static final int ARCH_P2M_CR3 = 0xc28;
  public static final int ARCH_P2M_VADDR = 0xc30;
  public static final int ARCH_P2M_GENERATION = 0xc38;

  /** Offsets inside vcpu_time_info, which lies at {@link #TIME}. */
  public static final int TIME_VERSION = 0;

  public static final int TIME_TSC_TIMESTAMP = 8;
  public static final int TIME_SYSTEM_TIME = 16;
  public static final int TIME_TSC_TO_SYSTEM_MUL = 24;
  public static final int TIME_TSC_SHIFT = 28;
  public static final int TIME_FLAGS = 29;

  /** Reads of a time record that changes under the reader, before it takes what it has. */
  private static final int MAX_TIME_READS = 100;

  /**
   * The line through which a guest turns its tsc into system time.
   *
   * @param tscTimestamp tsc when {@code systemTimeNs} was taken
   * @param systemTimeNs nanoseconds since the domain began
   * @param tscToSystemMul u32 fraction of 2^32
   * @param tscShift applied to the tsc difference before, negative to the right
   */
  public record TimeInfo(long tscTimestamp, long systemTimeNs, int tscToSystemMul, int tscShift) {
    /** A clock whose tsc counts nanoseconds: half of 2^32, of twice the difference. */
    public static TimeInfo nanosecondTsc(long tscTimestamp, long systemTimeNs) {
      return new TimeInfo(tscTimestamp, systemTimeNs, 0x8000_0000, 1);
    }

    /** System time in ns at {@code tsc}. */
    public long at(long tsc) {
      long delta = tsc - tscTimestamp;
      long scaled = tscShift >= 0 ? delta << tscShift : delta >>> -tscShift;
      long mul = Integer.toUnsignedLong(tscToSystemMul);
      long high = Math.unsignedMultiplyHigh(scaled, mul);
      return systemTimeNs + (high << 32 | (scaled * mul) >>> 32);
    }
  }

  /** Seconds and nanoseconds of UTC when system time was 0. */
  public record Wallclock(long seconds, int nanos) {}

  private SharedInfo() {}

  /** The address of a vCPU's vcpu_info, vcpu below {@link #MAX_LEGACY_VCPUS}. */
  public static long vcpuInfo(long base, int vcpu) {
    return base + (long) vcpu * VCPU_INFO_SIZE;
  }

  /** The pending bits of ports {@code 64 * word} to {@code 64 * word + 63}. */
  public static long pendingWord(Memory memory, long base, int word) {
    return memory.getLong(base + EVTCHN_PENDING + 8L * word);
  }

  /** The mask bits of ports {@code 64 * word} to {@code 64 * word + 63}. */
  public static long maskWord(Memory memory, long base, int word) {
    return memory.getLong(base + EVTCHN_MASK + 8L * word);
  }

  /** True when it was pending before. */
  public static boolean setPending(Memory memory, long base, int port) {
    return set(memory, base + EVTCHN_PENDING, port);
  }

  /** True when it was pending before. */
  public static boolean clearPending(Memory memory, long base, int port) {
    return clear(memory, base + EVTCHN_PENDING, port);
  }

  public static boolean isPending(Memory memory, long base, int port) {
    return isSet(memory, base + EVTCHN_PENDING, port);
  }

  public static boolean isMasked(Memory memory, long base, int port) {
    return isSet(memory, base + EVTCHN_MASK, port);
  }

  /** True when it was masked before. */
  public static boolean mask(Memory memory, long base, int port) {
    return set(memory, base + EVTCHN_MASK, port);
  }

  /**
   * True when it was masked before. A guest that unmasks a pending port looks for it itself, or
   * asks by EVTCHNOP_unmask.
   */
  public static boolean unmask(Memory memory, long base, int port) {
    return clear(memory, base + EVTCHN_MASK, port);
  }

  /** Marks a word of pending bits for a vCPU; true when it was marked before. */
  public static boolean setPendingSel(Memory memory, long base, int vcpu, int word) {
    long bit = 1L << word;
    return (memory.getAndBitwiseOrLong(vcpuInfo(base, vcpu) + PENDING_SEL, bit) & bit) != 0;
  }

  /** The marked words, all unmarked as they are read. */
  public static long takePendingSel(Memory memory, long base, int vcpu) {
    return memory.getAndBitwiseAndLong(vcpuInfo(base, vcpu) + PENDING_SEL, 0);
  }

  public static boolean isUpcallPending(Memory memory, long base, int vcpu) {
    return memory.getByte(vcpuInfo(base, vcpu) + UPCALL_PENDING) != 0;
  }

  public static void setUpcallPending(Memory memory, long base, int vcpu) {
    memory.putByte(vcpuInfo(base, vcpu) + UPCALL_PENDING, (byte) 1);
  }

  public static void clearUpcallPending(Memory memory, long base, int vcpu) {
    memory.putByte(vcpuInfo(base, vcpu) + UPCALL_PENDING, (byte) 0);
  }

  public static boolean isUpcallMasked(Memory memory, long base, int vcpu) {
    return memory.getByte(vcpuInfo(base, vcpu) + UPCALL_MASK) != 0;
  }

  public static void maskUpcalls(Memory memory, long base, int vcpu) {
    memory.putByte(vcpuInfo(base, vcpu) + UPCALL_MASK, (byte) 1);
  }

  public static void unmaskUpcalls(Memory memory, long base, int vcpu) {
    memory.putByte(vcpuInfo(base, vcpu) + UPCALL_MASK, (byte) 0);
  }

  /** Xen: publishes a vCPU's clock; the version is odd while it changes. */
  public static void writeTime(Memory memory, long base, int vcpu, TimeInfo time) {
    long at = vcpuInfo(base, vcpu) + TIME;
    int version = memory.getInt(at + TIME_VERSION) | 1;
    memory.putIntRelease(at + TIME_VERSION, version);
    VarHandle.fullFence();
    memory.putLong(at + TIME_TSC_TIMESTAMP, time.tscTimestamp());
    memory.putLong(at + TIME_SYSTEM_TIME, time.systemTimeNs());
    memory.putInt(at + TIME_TSC_TO_SYSTEM_MUL, time.tscToSystemMul());
    memory.putByte(at + TIME_TSC_SHIFT, (byte) time.tscShift());
    memory.putIntRelease(at + TIME_VERSION, version + 1);
  }

  /**
   * Guest: a vCPU's clock, read again while it changes. A guest that has spoilt its own version
   * gets what it wrote, not a hang.
   */
  public static TimeInfo readTime(Memory memory, long base, int vcpu) {
    long at = vcpuInfo(base, vcpu) + TIME;
    for (int reads = 1; ; reads++) {
      int version = memory.getIntAcquire(at + TIME_VERSION);
      TimeInfo time =
          new TimeInfo(
              memory.getLong(at + TIME_TSC_TIMESTAMP),
              memory.getLong(at + TIME_SYSTEM_TIME),
              memory.getInt(at + TIME_TSC_TO_SYSTEM_MUL),
              memory.getByte(at + TIME_TSC_SHIFT));
      VarHandle.acquireFence();
      boolean steady = (version & 1) == 0 && version == memory.getInt(at + TIME_VERSION);
      if (steady || reads == MAX_TIME_READS) {
        return time;
      }
    }
  }

  /** Guest: system time in ns, by its vCPU's clock, when its tsc is {@code tsc}. */
  public static long readSystemTime(Memory memory, long base, int vcpu, long tsc) {
    return readTime(memory, base, vcpu).at(tsc);
  }

  /** Xen: publishes the wall clock; the version is odd while it changes. */
  public static void writeWallclock(Memory memory, long base, Wallclock wallclock) {
    int version = memory.getInt(base + WC_VERSION) | 1;
    memory.putIntRelease(base + WC_VERSION, version);
    VarHandle.fullFence();
    memory.putInt(base + WC_SEC, (int) wallclock.seconds());
    memory.putInt(base + WC_SEC_HI, (int) (wallclock.seconds() >>> 32));
    memory.putInt(base + WC_NSEC, wallclock.nanos());
    memory.putIntRelease(base + WC_VERSION, version + 1);
  }

  /** Guest: the wall clock, read again while it changes, bounded as {@link #readTime}. */
  public static Wallclock readWallclock(Memory memory, long base) {
    for (int reads = 1; ; reads++) {
      int version = memory.getIntAcquire(base + WC_VERSION);
      long low = Integer.toUnsignedLong(memory.getInt(base + WC_SEC));
      long high = memory.getInt(base + WC_SEC_HI);
      Wallclock wallclock = new Wallclock(high << 32 | low, memory.getInt(base + WC_NSEC));
      VarHandle.acquireFence();
      boolean steady = (version & 1) == 0 && version == memory.getInt(base + WC_VERSION);
      if (steady || reads == MAX_TIME_READS) {
        return wallclock;
      }
    }
  }

  private static boolean isSet(Memory memory, long bits, int port) {
    return (memory.getLong(word(bits, port)) & 1L << port) != 0;
  }

  private static boolean set(Memory memory, long bits, int port) {
    long bit = 1L << port;
    return (memory.getAndBitwiseOrLong(word(bits, port), bit) & bit) != 0;
  }

  private static boolean clear(Memory memory, long bits, int port) {
    long bit = 1L << port;
    return (memory.getAndBitwiseAndLong(word(bits, port), ~bit) & bit) != 0;
  }

  private static long word(long bits, int port) {
    if (port < 0 || port >= EVTCHN_2L_PORTS) {
      throw new IllegalArgumentException("port " + port + " not in 0.." + (EVTCHN_2L_PORTS - 1));
    }
    return bits + 8L * (port >>> 6);
  }
}
