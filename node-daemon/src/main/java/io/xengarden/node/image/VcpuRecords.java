package io.xengarden.node.image;

import io.xengarden.abi.VcpuContext;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The vCPU records of one image: ids ascend, and what belongs to a vCPU follows its BASIC. */
final class VcpuRecords {
  private final int limit;
  private final List<SavedVcpu> vcpus = new ArrayList<>();
  private final Set<LibxcRecord> seenOfLast = EnumSet.noneOf(LibxcRecord.class);

  VcpuRecords(int limit) {
    this.limit = limit;
  }

  List<SavedVcpu> all() {
    return vcpus;
  }

  /** What is wrong with a record of this kind for this vCPU now, or null. */
  String problem(LibxcRecord kind, int vcpu, int reserved) {
    if (vcpu < 0 || vcpu >= limit) {
      return "vCPU " + Integer.toUnsignedString(vcpu) + " of at most " + limit;
    }
    if (reserved != 0) {
      return "reserved field is not zero";
    }
    int last = vcpus.isEmpty() ? -1 : vcpus.getLast().id();
    if (kind == LibxcRecord.X86_PV_VCPU_BASIC) {
      return vcpu > last ? null : "vCPU " + vcpu + " comes behind vCPU " + last;
    }
    if (vcpu != last) {
      return "vCPU " + vcpu + " has no X86_PV_VCPU_BASIC right before it";
    }
    return seenOfLast.contains(kind) ? "a second one for vCPU " + vcpu : null;
  }

  /** Takes a record whose content remains in {@code body}. */
  ImageEvent take(LibxcRecord kind, int vcpu, ByteBuffer body) {
    byte[] content = new byte[body.remaining()];
    body.get(content);
    if (kind != LibxcRecord.X86_PV_VCPU_BASIC) {
      seenOfLast.add(kind);
      return new ImageEvent.VcpuBlob(kind, vcpu, content);
    }
    seenOfLast.clear();
    VcpuContext context = VcpuContext.fromBytes(content);
    vcpus.add(new SavedVcpu(vcpu, context));
    return new ImageEvent.VcpuBasic(vcpu, context);
  }
}
