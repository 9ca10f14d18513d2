package io.xengarden.node.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The CPU that a saved guest was offered, as the two policy records carry it: x86-64's baseline. A
 * decoder does not compare policies yet, every host offers this one.
 */
final class CpuPolicy {
  private static final int LEAF_BYTES = 24;
  private static final int MSR_BYTES = 16;
  private static final int NO_SUBLEAF = -1;
  private static final byte[] VENDOR = "XengardenCPU".getBytes(StandardCharsets.US_ASCII);

  /** Family 15, model 107, stepping 1: what QEMU calls a 64-bit CPU. */
  private static final int SIGNATURE = 0x00060fb1;

  /** CMPXCHG16B. */
  private static final int LEAF_1_ECX = 1 << 13;

  /** FPU, TSC, MSR, PAE, CX8, APIC, PGE, CMOV, PAT, CLFLUSH, MMX, FXSR, SSE, SSE2. */
  private static final int LEAF_1_EDX = 0x0789a371;

  /** SYSCALL, NX, long mode. */
  private static final int LEAF_80000001_EDX = 1 << 11 | 1 << 20 | 1 << 29;

  private static final int MSR_PLATFORM_INFO = 0xce;
  private static final int MSR_ARCH_CAPABILITIES = 0x10a;

  private CpuPolicy() {}

  static byte[] cpuid() {
    ByteBuffer vendor = ByteBuffer.wrap(VENDOR).order(ByteOrder.LITTLE_ENDIAN);
    int ebx = vendor.getInt();
    int edx = vendor.getInt();
    int ecx = vendor.getInt();
    ByteBuffer leaves = ByteBuffer.allocate(4 * LEAF_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    leaf(leaves, 0, 1, ebx, ecx, edx);
    leaf(leaves, 1, SIGNATURE, 0, LEAF_1_ECX, LEAF_1_EDX);
    leaf(leaves, 0x80000000, 0x80000001, ebx, ecx, edx);
    leaf(leaves, 0x80000001, SIGNATURE, 0, 0, LEAF_80000001_EDX);
    return leaves.array();
  }

  static byte[] msrs() {
    ByteBuffer entries = ByteBuffer.allocate(2 * MSR_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    entries.putInt(MSR_PLATFORM_INFO).putInt(0).putLong(0);
    entries.putInt(MSR_ARCH_CAPABILITIES).putInt(0).putLong(0);
    return entries.array();
  }

  private static void leaf(ByteBuffer leaves, int leaf, int... registers) {
    leaves.putInt(leaf).putInt(NO_SUBLEAF);
    for (int register : registers) {
      leaves.putInt(register);
    }
  }
}
