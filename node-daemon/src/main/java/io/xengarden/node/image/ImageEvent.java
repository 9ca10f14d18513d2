package io.xengarden.node.image;

import io.xengarden.abi.VcpuContext;

/**
 * What a decoder met. Each record of a stream gives one event; arrays belong to the receiver.
 * Whoever only restores needs {@link Configuration}, {@link P2mFrames} and {@link
 * ImageDecoder#finish}.
 */
public sealed interface ImageEvent {
  /** All input was consumed: feed more, or finish. */
  record Starved() implements ImageEvent {
    static final Starved INSTANCE = new Starved();
  }

  /** A file's JSON domain configuration, as it stands there. */
  record Configuration(String json) implements ImageEvent {}

  /** The libxc stream begins: its version (2 or 3) and the Xen that saved the guest. */
  record DomainHeader(int version, int xenMajor, int xenMinor) implements ImageEvent {}

  /** Always 8 and 4: others are refused. */
  record PvInfo(int widthBytes, int pageTableLevels) implements ImageEvent {}

  /** xen_cpuid_leaf_t, 24 bytes each. */
  record CpuidPolicy(byte[] leaves) implements ImageEvent {}

  /** xen_msr_entry_t, 16 bytes each. */
  record MsrPolicy(byte[] entries) implements ImageEvent {}

  record StaticDataEnd() implements ImageEvent {}

  /**
   * How large the guest is. Memory is needed next: {@link ImageDecoder#pagesInto} comes before the
   * next {@link ImageDecoder#next}.
   *
   * @param frames pages are 0 to {@code frames - 1}
   * @param p2mPfns the frames of the guest's own p2m; zeros for an auto-translated guest
   */
  record P2mFrames(long frames, long[] p2mPfns) implements ImageEvent {}

  /**
   * A batch is in the sink.
   *
   * @param pfns named by the record
   * @param pages of them that had content
   */
  record PageData(int pfns, int pages) implements ImageEvent {}

  record Tsc(TscInfo info) implements ImageEvent {}

  record SharedInfoPage(byte[] page) implements ImageEvent {}

  record VcpuBasic(int vcpu, VcpuContext context) implements ImageEvent {}

  /** EXTENDED, XSAVE or MSRS, as Xen's blobs. */
  record VcpuBlob(LibxcRecord record, int vcpu, byte[] content) implements ImageEvent {}

  /** An optional record that this decoder does not know. */
  record Skipped(int type, int lengthBytes) implements ImageEvent {}

  /** The libxc stream's END. */
  record DomainEnd() implements ImageEvent {}

  /** The libxl stream's END. Of a file, the checksum is not checked before {@code finish}. */
  record StreamEnd() implements ImageEvent {}
}
