package io.xengarden.domain.hypercall;

import io.xengarden.abi.Errno;
import io.xengarden.abi.XenFeatures;
import io.xengarden.abi.XenVersionOp;
import io.xengarden.abi.XenVersionOp.CompileInfo;
import io.xengarden.abi.XenVersionOp.FeatureInfo;
import io.xengarden.domain.vcpu.LiveDomain;
import io.xengarden.hypervisor.XenVersion;
import io.xengarden.machine.Memory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** xen_version. What only dom0 may read is refused as Xen does. Source: xen/common/kernel.c. */
final class VersionCalls {
  private static final String CAPABILITIES = "xen-3.0-x86_64 xen-3.0-x86_32p";
  private static final String CHANGESET = "xengarden";

  /** Where a 64-bit paravirtual guest finds Xen's part of its address space. */
  private static final long VIRT_START = 0xffff_8000_0000_0000L;

  private static final String COMPILER = "javac 25";
  private static final String COMPILE_BY = "xengarden";
  private static final String COMPILE_DOMAIN = "localdomain";
  private static final String COMPILE_DATE = "";

  /** What Xen says instead of what a domain may not know. */
  private static final String DENIED = "<denied>";

  private static final int FEATURES =
      XenFeatures.bit(XenFeatures.AUTO_TRANSLATED_PHYSMAP)
          | XenFeatures.bit(XenFeatures.WRITABLE_PAGE_TABLES)
          | XenFeatures.bit(XenFeatures.MMU_PT_UPDATE_PRESERVE_AD)
          | XenFeatures.bit(XenFeatures.HIGHMEM_ASSIST)
          | XenFeatures.bit(XenFeatures.GNTTAB_MAP_AVAIL_BITS);

  private final LiveDomain domain;

  VersionCalls(LiveDomain domain) {
    this.domain = domain;
  }

  long call(int op, long buffer) {
    return switch (op) {
      case XenVersionOp.VERSION -> XenVersion.MAJOR << 16 | XenVersion.MINOR;
      case XenVersionOp.EXTRAVERSION ->
          text(buffer, XenVersionOp.EXTRAVERSION_SIZE, XenVersion.EXTRA);
      case XenVersionOp.COMPILE_INFO -> compileInfo(buffer);
      case XenVersionOp.CAPABILITIES -> text(buffer, XenVersionOp.CAPABILITIES_SIZE, CAPABILITIES);
      case XenVersionOp.CHANGESET -> text(buffer, XenVersionOp.CHANGESET_SIZE, CHANGESET);
      case XenVersionOp.PLATFORM_PARAMETERS -> {
        domain.memory().putLong(buffer, VIRT_START);
        yield 0;
      }
      case XenVersionOp.GET_FEATURES -> features(buffer);
      case XenVersionOp.PAGESIZE -> Memory.PAGE_SIZE;
      case XenVersionOp.GUEST_HANDLE -> guestHandle(buffer);
      case XenVersionOp.COMMANDLINE -> text(buffer, DENIED.length() + 1, DENIED);
      case XenVersionOp.BUILD_ID -> Errno.EPERM.result();
      default -> Errno.ENOSYS.result();
    };
  }

  private long compileInfo(long buffer) {
    int by = CompileInfo.COMPILE_DOMAIN - CompileInfo.COMPILE_BY;
    int domainSize = CompileInfo.COMPILE_DATE - CompileInfo.COMPILE_DOMAIN;
    int date = CompileInfo.SIZE - CompileInfo.COMPILE_DATE;
    text(buffer + CompileInfo.COMPILER, CompileInfo.COMPILE_BY, COMPILER);
    text(buffer + CompileInfo.COMPILE_BY, by, COMPILE_BY);
    text(buffer + CompileInfo.COMPILE_DOMAIN, domainSize, COMPILE_DOMAIN);
    return text(buffer + CompileInfo.COMPILE_DATE, date, COMPILE_DATE);
  }

  private long features(long buffer) {
    int submap = domain.memory().getInt(buffer + FeatureInfo.SUBMAP_IDX);
    if (submap < 0 || submap >= XenFeatures.NR_SUBMAPS) {
      return Errno.EINVAL.result();
    }
    domain.memory().putInt(buffer + FeatureInfo.SUBMAP, FEATURES);
    return 0;
  }

  private long guestHandle(long buffer) {
    UUID handle = domain.xen().handle();
    byte[] bytes =
        ByteBuffer.allocate(XenVersionOp.GUEST_HANDLE_SIZE)
            .putLong(handle.getMostSignificantBits())
            .putLong(handle.getLeastSignificantBits())
            .array();
    domain.memory().write(buffer, bytes);
    return 0;
  }

  /** A string with its NUL, in a field of {@code size} bytes. */
  private long text(long address, int size, String text) {
    byte[] field = new byte[size];
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, field, 0, Math.min(bytes.length, size - 1));
    domain.memory().write(address, field);
    return 0;
  }
}
