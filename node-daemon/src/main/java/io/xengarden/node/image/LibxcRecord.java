package io.xengarden.node.image;

import static io.xengarden.node.image.ImageLimits.MAX_BATCH_PAGES;
import static io.xengarden.node.image.ImageLimits.MAX_CPUID_LEAVES;
import static io.xengarden.node.image.ImageLimits.MAX_MSRS;
import static io.xengarden.node.image.ImageLimits.MAX_P2M_PAGES;
import static io.xengarden.node.image.ImageLimits.MAX_RECORD_BYTES;
import static io.xengarden.node.image.ImageLimits.MAX_XSAVE_BYTES;

import io.xengarden.abi.VcpuContext;
import io.xengarden.machine.Memory;

/**
 * The records of a libxc stream with the lengths their bodies may have. Source: Xen's
 * docs/specs/libxc-migration-stream.pandoc.
 */
public enum LibxcRecord {
  END(0x00, 0, 0, 1),
  PAGE_DATA(0x01, 16, 8 + MAX_BATCH_PAGES * (8 + Memory.PAGE_SIZE), 8),
  X86_PV_INFO(0x02, 8, 8, 8),
  X86_PV_P2M_FRAMES(0x03, 16, 8 + 8 * MAX_P2M_PAGES, 8),
  X86_PV_VCPU_BASIC(0x04, 8 + VcpuContext.SIZE, 8 + VcpuContext.SIZE, 8),
  X86_PV_VCPU_EXTENDED(0x05, 16, 8 + 256, 8),
  X86_PV_VCPU_XSAVE(0x06, 8, MAX_XSAVE_BYTES, 1),
  SHARED_INFO(0x07, Memory.PAGE_SIZE, Memory.PAGE_SIZE, 8),
  X86_TSC_INFO(0x08, TscInfo.BYTES, TscInfo.BYTES, 8),
  HVM_CONTEXT(0x09, 0, MAX_RECORD_BYTES, 1),
  HVM_PARAMS(0x0a, 0, MAX_RECORD_BYTES, 1),
  TOOLSTACK(0x0b, 0, MAX_RECORD_BYTES, 1),
  X86_PV_VCPU_MSRS(0x0c, 8, 8 + 16 * MAX_MSRS, 8),
  VERIFY(0x0d, 0, 0, 1),
  CHECKPOINT(0x0e, 0, 0, 1),
  CHECKPOINT_DIRTY_PFN_LIST(0x0f, 0, MAX_RECORD_BYTES, 1),
  STATIC_DATA_END(0x10, 0, 0, 1),
  X86_CPUID_POLICY(0x11, 24, 24 * MAX_CPUID_LEAVES, 24),
  X86_MSR_POLICY(0x12, 16, 16 * MAX_MSRS, 16);

  private static final LibxcRecord[] ALL = values();

  private final int type;
  private final int minBytes;
  private final int maxBytes;
  private final int unitBytes;

  LibxcRecord(int type, int minBytes, int maxBytes, int unitBytes) {
    this.type = type;
    this.minBytes = minBytes;
    this.maxBytes = maxBytes;
    this.unitBytes = unitBytes;
  }

  /** The number in a record's header. */
  public int type() {
    return type;
  }

  /** The record with that number, or null. */
  static LibxcRecord of(int type) {
    return type >= 0 && type < ALL.length ? ALL[type] : null;
  }

  /** What is wrong with a body of {@code length} bytes (unsigned), or null. */
  String lengthProblem(long length) {
    if (minBytes == maxBytes && length != minBytes) {
      return "length " + length + " is not " + minBytes;
    }
    if (length < minBytes) {
      return "length " + length + " is below " + minBytes;
    }
    if (length > maxBytes) {
      return "length " + length + " exceeds " + maxBytes;
    }
    return length % unitBytes == 0 ? null : "length " + length + " is no multiple of " + unitBytes;
  }
}
